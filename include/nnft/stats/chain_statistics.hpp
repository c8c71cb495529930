#pragma once
/// @file How long the Markov chains of a table of blocks remember, and whether they have converged.

#include <array>
#include <optional>

#include "nnft/stats/autocorrelation.hpp"
#include "nnft/stats/block_table.hpp"
#include "nnft/stats/chain_layout.hpp"
#include "nnft/stats/sum_layout.hpp"

namespace nnft {

/// Of one observable. What needs more slices or chains than there are is NaN.
struct ObservableStatistics {
  AutocorrelationTime time;      ///< from lags within slices
  AutocorrelationTime by_means;  ///< from the scatter between chains
  double split_rhat;             ///< of chains split at the largest power of two slices in their first half
  double thermalisation;         ///< first slice against the rest, in standard errors
  double effective_samples;      ///< samples / 2τ, in all chains

  /// The τ to rely on: by_means where the lags do not reach far enough.
  const AutocorrelationTime& reliable() const noexcept { return time.window_fits ? time : by_means; }
};

/// By ChainObservable.
using ChainStatistics = std::array<ObservableStatistics, chain_observables>;

/// Blocks without samples do not take part. Empty if the layout has no chains or no block has samples.
std::optional<ChainStatistics> chain_statistics(const SumLayout& layout, const BlockTable& table);

}  // namespace nnft
