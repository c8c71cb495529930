#pragma once
/// @file How long the chains that draw from an action remember, and whether they agree.

#include <array>
#include <string>
#include <vector>

#include "nnft/action/draw_layout.hpp"
#include "nnft/stats/autocorrelation.hpp"
#include "nnft/stats/block_table.hpp"

namespace nnft {

/// Of one observable; autocorrelation times in samples.
struct DrawnObservable {
  AutocorrelationTime time;      ///< from lags along chains
  AutocorrelationTime by_means;  ///< from the scatter between chains
  double split_rhat;

  /// The τ to rely on: by_means where the lags do not reach far enough.
  const AutocorrelationTime& reliable() const noexcept { return time.window_fits ? time : by_means; }
};

struct DrawStatistics {
  std::array<DrawnObservable, draw_observables> observables;
  /// The largest τ of a product φ_aφ_b from the scatter between chains; NaN unless order 4 is measured.
  double slowest_pair;
  double angles_per_sample;

  /// The largest τ of all that are known.
  double slowest() const;
};

/// @param table one chain in each block, shape (chains, layout.size()).
DrawStatistics draw_statistics(const DrawLayout& layout, const BlockTable& table);

/// Chains shorter than this times τ say little about τ itself.
inline constexpr double shortest_chain_in_times = 50.0;

/// Why error bars cannot be trusted, one line for each reason; none if all is well.
std::vector<std::string> draw_warnings(const DrawLayout& layout, const DrawStatistics& statistics);

}  // namespace nnft
