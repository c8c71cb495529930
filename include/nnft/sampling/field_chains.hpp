#pragma once
/// @file A batch of Markov chains (or of independent samples) of a field on the nodes of an operator and at sites.

#include <cstdint>
#include <memory>
#include <span>

#include "nnft/core/types.hpp"
#include "nnft/field/architecture.hpp"
#include "nnft/field/field_operator.hpp"
#include "nnft/field/output_layer.hpp"
#include "nnft/random/variates.hpp"

namespace nnft {

/// Chains are numbered in a run; a batch holds those of numbers first, first + stride, …, batch_samples of them.
struct ChainNumbers {
  std::uint64_t first;
  std::uint64_t stride;
};

/// The sample whose random numbers an update of a chain takes: step 0 draws from the density without the operator. Chains and
/// steps never share numbers, and nothing depends on who computes which chains.
constexpr std::uint64_t sample_of_step(std::uint64_t step, std::uint64_t chain) noexcept { return step << 20 | chain; }

/// What improved estimators need to know of a field; see DysonArrays.
struct ConditionalCovariance {
  const double* to_nodes;  ///< [site][node][chain]
  const double* shift;     ///< [pair][chain], or null
};

/// The chains of a batch never mix: what becomes of one is a pure function of (what defines the ensemble, seed, its number,
/// step). Owns its workspace; not thread-safe. Arrays have the chain innermost.
class FieldChains {
 public:
  virtual ~FieldChains() = default;

  /// Every chain from the density without the operator, with the random numbers of step 0.
  virtual void start() = 0;
  /// Takes up every chain where `state` (shape (chains, state_size())) was taken down.
  virtual void restore(const RowMatrix& state) = 0;
  /// What it takes to go on, one row for each chain. @param state shape (chains, state_size()).
  virtual void save(RowMatrix& state) const = 0;
  virtual int state_size() const noexcept = 0;
  /// Recomputes the fields from the state alone, so that a chain that goes on and one that was restored agree to the last bit.
  virtual void renew() = 0;
  /// The update of step `step` >= 1. @param measured whether covariance() is asked for afterwards.
  virtual void update(std::uint64_t step, bool measured) = 0;
  /// φ at the nodes, then at the sites: [point][chain].
  virtual const double* fields() const noexcept = 0;
  /// V, [chain].
  virtual const double* potential() const noexcept = 0;
  /// Proposals accepted in the last update over proposals made, [chain].
  virtual const double* acceptance() const noexcept = 0;
  /// After a measured update.
  virtual ConditionalCovariance covariance() = 0;
  /// C(site, node) if it is the same for every chain, shape (sites, nodes); else empty.
  virtual RowMatrix common_covariance() const = 0;
};

/// How a field under an operator is updated.
struct ChainMethod {
  bool independent = false;  ///< no chain: each step draws anew from the density without the operator (for reweighting)
  bool rotate = false;  ///< elliptical slice updates of the output weights and of the sign after a sweep; the sign of a process
  int leapfrogs = 0;    ///< of hybrid Monte Carlo of a process; 0: elliptical slice sampling
};

/// With hybrid Monte Carlo every so many-th step is an elliptical slice instead. Leapfrogs of fixed length are unstable where V
/// is steep: in the tails of φ⁴ theory every proposal is refused, and a chain that gets there stays (Roberts and Tweedie,
/// Bernoulli 2 (1996) 341, §4). A slice brings it back.
inline constexpr std::uint64_t hybrid_slice_interval = 4;

/// Networks of one hidden layer: a sweep redraws the neurons one by one from their density and accepts each with probability
/// min(1, e^{−ΔV}). State: for each neuron the step at which it was drawn, then its output weight.
/// @param sites where the field is observed; @param reference_kernel K₀, shape (pairs of sites).
/// @throws UsageError as Architecture::sampler does, or if the operator is to be rotated into output weights that are not normal.
struct NeuronChainSpec {
  const Architecture& architecture;
  Stream stream;  ///< without stride
  OutputLayer output;
  NodeGrid grid;
  RowMatrix sites;
  Vector reference_kernel;
};
std::unique_ptr<FieldChains> neuron_chains(const NeuronChainSpec& spec, const FieldOperator& op, const ChainMethod& method,
                                           const ChainNumbers& chains, SimdPath path);

/// φ = Aξ at nodes and sites with ξ ~ N(0, 1) without the operator: elliptical slice sampling (Murray, Adams, MacKay, AISTATS
/// 2010), or hybrid Monte Carlo in ξ whose Gaussian part is integrated exactly (Beskos et al., Stoch. Proc. Appl. 121 (2011)
/// 2201), with a slice at every hybrid_slice_interval-th step. State: ξ.
struct ProcessChainSpec {
  RowMatrix factor;      ///< A, shape (nodes + sites, rank)
  RowMatrix covariance;  ///< between sites and nodes, shape (sites, nodes)
  Stream stream;         ///< Stream::process
};
std::unique_ptr<FieldChains> process_chains(const ProcessChainSpec& spec, const FieldOperator& op, const ChainMethod& method,
                                            const ChainNumbers& chains, SimdPath path);

}  // namespace nnft
