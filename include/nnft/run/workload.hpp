#pragma once
/// @file How the slices of one leg of a run are dealt to ranks. Nothing here can change a result, only who computes it.

#include <cstdint>
#include <vector>

#include "nnft/parallel/partition.hpp"

namespace nnft {

/// Slices `slices` (indices within the block) of one block of one family of scan points that are sampled together (index within
/// the group).
struct Piece {
  std::uint64_t family;
  std::uint64_t block;
  Range slices;
  friend bool operator==(const Piece&, const Piece&) = default;
};

/// The slices that the families of a group still need, on one line: family after family, and within a family slice u = (slice
/// within block) · blocks + block. A run walks along it leg by leg.
struct SliceLine {
  std::uint64_t blocks;
  std::vector<Range> todo;  ///< for each family the slices u it still needs

  std::uint64_t size() const noexcept;
};

/// The slices of one family that lie in a leg.
struct FamilyPart {
  std::uint64_t family;
  Range slices;  ///< slices u of the family
};

/// The parts of a leg [begin, end) of the line, family after family.
std::vector<FamilyPart> parts_of_leg(const SliceLine& line, const Range& leg);

/// Who works how fast, as measured: relative cost of a slice of each family, relative speed of each rank. All positive.
struct WorkRates {
  std::vector<double> slice_cost;
  std::vector<double> rank_speed;
};

/// Where the leg that starts at `begin` ends if it is to cost at most `budget` (same unit as slice_cost); at least one slice for
/// each rank.
std::uint64_t leg_end(const SliceLine& line, const WorkRates& rates, std::uint64_t begin, double budget);

/// The same for chains, whose slices come in order: whole rounds of the blocks of one family, at least one.
std::uint64_t whole_rounds_end(const SliceLine& line, const WorkRates& rates, std::uint64_t begin, double budget);

/// The cost of the slices of a leg.
double leg_cost(const SliceLine& line, const WorkRates& rates, const Range& leg);

/// The pieces of `leg` for `rank`: the leg is sorted by (family, block, slice) and cut into consecutive parts whose costs are
/// proportional to the ranks' speeds. Together the ranks' pieces cover the leg exactly once.
std::vector<Piece> deal(const SliceLine& line, const WorkRates& rates, const Range& leg, int rank);

}  // namespace nnft
