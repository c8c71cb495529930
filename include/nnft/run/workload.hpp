#pragma once
/// @file How the slices of one leg of a run are dealt to ranks. Nothing here can change a result, only who computes it.

#include <cstdint>
#include <vector>

#include "nnft/parallel/partition.hpp"

namespace nnft {

/// Slices `slices` (indices within the block) of one block of one scan point (index within the group).
struct Piece {
  std::uint64_t point;
  std::uint64_t block;
  Range slices;
  friend bool operator==(const Piece&, const Piece&) = default;
};

/// The slices that a group of scan points still needs, on one line: point after point, and within a point slice u = (slice
/// within block) · blocks + block. A run walks along it leg by leg.
struct SliceLine {
  std::uint64_t blocks;
  std::vector<Range> todo;  ///< for each point the slices u it still needs

  std::uint64_t size() const noexcept;
};

/// The slices of one point that lie in a leg.
struct PointPart {
  std::uint64_t point;
  Range slices;  ///< slices u of the point
};

/// The parts of a leg [begin, end) of the line, point after point.
std::vector<PointPart> parts_of_leg(const SliceLine& line, const Range& leg);

/// Who works how fast, as measured: relative cost of a slice of each point, relative speed of each rank. All positive.
struct WorkRates {
  std::vector<double> slice_cost;
  std::vector<double> rank_speed;
};

/// Where the leg that starts at `begin` ends if it is to cost at most `budget` (same unit as slice_cost); at least one slice for
/// each rank.
std::uint64_t leg_end(const SliceLine& line, const WorkRates& rates, std::uint64_t begin, double budget);

/// The cost of the slices of a leg.
double leg_cost(const SliceLine& line, const WorkRates& rates, const Range& leg);

/// The pieces of `leg` for `rank`: the leg is sorted by (point, block, slice) and cut into consecutive parts whose costs are
/// proportional to the ranks' speeds. Together the ranks' pieces cover the leg exactly once.
std::vector<Piece> deal(const SliceLine& line, const WorkRates& rates, const Range& leg, int rank);

}  // namespace nnft
