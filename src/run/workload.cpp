#include "nnft/run/workload.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace nnft {
namespace {

/// The part of a leg that lies in one point, as a range of slices u of that point.
Range part_in_point(const SliceLine& line, const Range& leg, std::uint64_t point) {
  const std::uint64_t first = point * line.slices_per_point();
  const std::uint64_t last = first + line.slices_per_point();
  return {std::max(leg.begin, first) - first, std::min(leg.end, last) - first};
}

/// The slices within `block` of slices u in `part`.
Range slices_of_block(const SliceLine& line, const Range& part, std::uint64_t block) {
  const auto up_to = [&](std::uint64_t u) { return u / line.blocks + (block < u % line.blocks ? 1 : 0); };
  return {up_to(part.begin), up_to(part.end)};
}

/// How many of `count` slices lie before a cut at `position` of their summed cost.
std::uint64_t slices_before(double position, double cost, std::uint64_t count) {
  const double slices = std::round(position / cost);
  if (slices <= 0.0) return 0;
  return slices >= static_cast<double>(count) ? count : static_cast<std::uint64_t>(slices);
}

}  // namespace

double leg_cost(const SliceLine& line, const WorkRates& rates, const Range& leg) {
  double cost = 0.0;
  if (leg.begin == leg.end) return cost;
  for (std::uint64_t p = leg.begin / line.slices_per_point(); p <= (leg.end - 1) / line.slices_per_point(); ++p)
    cost += static_cast<double>(part_in_point(line, leg, p).size()) * rates.slice_cost[p];
  return cost;
}

std::uint64_t leg_end(const SliceLine& line, const WorkRates& rates, std::uint64_t begin, double budget) {
  std::uint64_t end = begin;
  for (std::uint64_t p = begin / line.slices_per_point(); p < line.points; ++p) {
    const std::uint64_t left = (p + 1) * line.slices_per_point() - end;
    const double affordable = std::floor(budget / rates.slice_cost[p]);
    if (affordable < static_cast<double>(left)) {
      end += affordable > 0.0 ? static_cast<std::uint64_t>(affordable) : 0;
      break;
    }
    end += left;
    budget -= static_cast<double>(left) * rates.slice_cost[p];
  }
  return std::max(end, begin + 1);
}

std::vector<Piece> deal(const SliceLine& line, const WorkRates& rates, const Range& leg, int rank) {
  const double total = leg_cost(line, rates, leg);
  const auto first_faster = rates.rank_speed.begin();
  const double all = std::accumulate(first_faster, rates.rank_speed.end(), 0.0);
  const double before = std::accumulate(first_faster, first_faster + rank, 0.0);
  const double with_mine = std::accumulate(first_faster, first_faster + rank + 1, 0.0);
  const bool last_rank = static_cast<std::size_t>(rank) + 1 == rates.rank_speed.size();
  double cut_begin = total * (before / all);
  double cut_end = total * (with_mine / all);

  std::vector<Piece> pieces;
  for (std::uint64_t p = leg.begin / line.slices_per_point(); p < line.points && p * line.slices_per_point() < leg.end; ++p) {
    const Range part = part_in_point(line, leg, p);
    const double cost = rates.slice_cost[p];
    const std::uint64_t first = slices_before(cut_begin, cost, part.size());
    const std::uint64_t end = last_rank ? part.size() : slices_before(cut_end, cost, part.size());
    cut_begin -= static_cast<double>(part.size()) * cost;
    cut_end -= static_cast<double>(part.size()) * cost;
    std::uint64_t position = 0;
    for (std::uint64_t block = 0; block < line.blocks && position < end; ++block) {
      const Range slices = slices_of_block(line, part, block);
      const std::uint64_t from = std::max(first, position);
      const std::uint64_t to = std::min(end, position + slices.size());
      if (from < to) pieces.push_back({p, block, {slices.begin + (from - position), slices.begin + (to - position)}});
      position += slices.size();
    }
  }
  return pieces;
}

}  // namespace nnft
