#pragma once
/// @file Makes the chains of the scan points of a config with a field-operator.

#include <memory>
#include <optional>

#include "nnft/core/simd_path.hpp"
#include "nnft/core/types.hpp"
#include "nnft/field/field_operator.hpp"
#include "nnft/run/config.hpp"
#include "nnft/run/plan.hpp"
#include "nnft/sampling/chain_sampler.hpp"
#include "nnft/sampling/field_chains.hpp"

namespace nnft {

/// What a pilot finds out about the chains of a scan point.
struct ChainSettings {
  std::uint64_t thermalisation = 0;   ///< updates before the first sample
  int leapfrogs = 0;                  ///< of hybrid Monte Carlo
  double reference_potential = 0.0;   ///< V₀ of reweighting
  double autocorrelation_time = 0.5;  ///< the longest seen, in updates
};

/// The method of a scan point: auto is neuron-refresh at finite width; elliptical-slice at infinite width, hmc there if μ² > 0.
SamplingMethod sampling_method(const Config& config, const ScanPoint& point);

/// λ, μ², κ and range at a scan point.
FieldCouplings field_couplings(const Config& config, const ScanPoint& point);

/// Keeps what the scan points share, above all the factor of the covariance at nodes and sites.
class ChainFactory {
 public:
  /// @throws UsageError if the covariance at infinite width is not known.
  ChainFactory(const Config& config, SimdPath path);

  /// The covariance at infinite width between the sites, shape (pairs).
  const Vector& reference_kernel() const noexcept { return reference_kernel_; }
  FieldOperator field_operator(const ScanPoint& point) const { return {grid_, field_couplings(config_, point)}; }
  double volume() const noexcept { return grid_.volume(); }
  std::unique_ptr<FieldChains> chains(const ScanPoint& point, const ChainSettings& settings, const ChainNumbers& numbers) const;
  std::unique_ptr<ChainSampler> sampler(const ScanPoint& point, const ChainSettings& settings, const ChainNumbers& numbers) const;

 private:
  Config config_;
  SimdPath path_;
  NodeGrid grid_;
  RowMatrix nodes_;
  std::unique_ptr<Architecture> architecture_;
  Vector reference_kernel_;
  std::optional<ProcessChainSpec> process_;  ///< if a width is infinite
};

}  // namespace nnft
