#pragma once
/// @file What is found of a field under an operator e^{−V} beside its correlators: improved estimators, observables of the box,
/// and how the Markov chains or weights did.

#include <optional>
#include <string>
#include <vector>

#include "nnft/core/types.hpp"
#include "nnft/run/config.hpp"
#include "nnft/stats/block_table.hpp"
#include "nnft/stats/chain_statistics.hpp"
#include "nnft/stats/jackknife.hpp"
#include "nnft/stats/sum_layout.hpp"

namespace nnft {

/// A number of the whole box.
struct BoxObservable {
  std::string name;  ///< in files
  std::string long_name;
  bool physical;  ///< a property of the density, not of the sampler
};

/// In the order of ChainResult::observables. Empty if the layout has no such columns.
std::vector<BoxObservable> box_observables(const SumLayout& layout);

/// Values along the nodes of the box; shape (nodes).
struct Profile {
  Vector value;
  Vector error;
};

/// Of one scan point. Leave-one-out values of a block without samples are NaN.
struct ChainResult {
  Estimate plain;             ///< connected correlators from products of φ alone; shape (moments)
  Vector variance_reduction;  ///< of the connected correlators against those; 1 where there is nothing better
  Estimate observables;
  Estimate effective_mass;                    ///< shape (sites)
  Profile squares;                            ///< ⟨φ²(z)⟩
  Profile quartics;                           ///< ⟨φ⁴(z)⟩
  std::optional<ChainStatistics> statistics;  ///< if there are chains
  double weight_efficiency = 1.0;             ///< (Σw)²/(n Σw²): share of the samples that is effective
  std::vector<std::string> warnings;          ///< why error bars cannot be trusted
};

/// Samples of a block below which it does not count as a long chain, in units of τ_int.
inline constexpr double shortest_trusted_chain = 50.0;
/// Weights that are less even than this make few samples count: physics breaks down before the error bars do.
inline constexpr double least_weight_efficiency = 0.1;
/// Two-sided probability beyond 4 standard deviations: a thermalisation that fails so clearly is said.
inline constexpr double thermalisation_refused_below = 6.3e-5;

/// Means divided by the mean weight of a sample, given to a statistic. For layouts with chain columns.
Statistic of_weighted_means(const SumLayout& layout, Statistic statistic);

/// The plain estimates of connected and full correlators, which are improved in place if the layout has the columns for that.
struct Correlators {
  Estimate& connected;
  Estimate& full;
};

/// Sums of one scan point.
struct ChainInput {
  const Config& config;
  const SumLayout& layout;
  const Vector& reference_kernel;  ///< K₀, shape (pairs)
  const BlockTable& table;
};

/// Improves the correlators of orders 2 and 4 and finds everything else. Leave-one-out values are of blocks with samples, two at
/// least. @throws ShapeError if shapes do not fit.
ChainResult analyse_chain(const ChainInput& input, const Correlators& correlators);

/// NaN in the shapes of a result of so many blocks: fewer than two have samples.
ChainResult unknown_chain(const SumLayout& layout, Eigen::Index blocks);

}  // namespace nnft
