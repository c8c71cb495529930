#pragma once
/// @file Connected correlators of fields that are drawn from an action.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "nnft/action/draw_pilot.hpp"
#include "nnft/action/draw_statistics.hpp"
#include "nnft/parallel/communicator.hpp"
#include "nnft/run/stored_action.hpp"
#include "nnft/stats/jackknife.hpp"

namespace nnft {

/// What to draw from each scan point.
struct DrawRequest {
  std::uint64_t draws = 0;  ///< samples, rounded up to whole blocks
  std::uint64_t blocks = 128;
  std::uint64_t seed = 1;
  int order = 0;              ///< the powers of the expansion parameter up to this one make the couplings
  double strength = 0.0;      ///< of the axis that the file expands in
  std::vector<int> measured;  ///< orders of correlators: 2, 4, … without gaps
};

/// One scan point.
struct DrawnPoint {
  StoredPoint point;
  std::string refused;  ///< why nothing was drawn; empty if it was
  std::int64_t samples = 0;
  std::optional<ReferenceKind> reference;
  DrawSchedule schedule{};
  double lowest_action = 0.0;  ///< S at schedule.other_start
  Estimate connected;          ///< shape (MomentLayout(sites, measured).size())
  std::optional<DrawStatistics> statistics;
  std::vector<std::string> warnings;
  std::vector<StoredCorrelator> source;  ///< of each measured order what the action came from; no values if unknown
};

/// An action whose terms cancel so much that S is rounded by more than this at its own fields is refused: correlators would be
/// off by about as much of themselves. Couplings of n fields grow with the n-th power of the inverse of G2c.
inline constexpr double largest_rounding = 1e-4;

/// Draws from every scan point, blocks dealt to the ranks in contiguous shares; block b is Markov chain b, whose bits depend on
/// nothing but the action, the seed, the scan point's number and b. A point whose e^{−S} cannot be normalised is refused and
/// takes no time. The root reads the file. @param stored there on the root, null elsewhere.
/// Collective; the points are on the root, empty elsewhere. @throws IoError on every rank.
std::vector<DrawnPoint> draw_correlators(const Communicator& comm, const StoredAction* stored, const DrawRequest& request,
                                         SimdPath path);

}  // namespace nnft
