#include "nnft/run/workload.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace nnft {
namespace {

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

/// Slices number `from` to `to` − 1 of a part that is sorted by block.
void append_pieces(const SliceLine& line, const FamilyPart& part, const Range& cut, std::vector<Piece>& pieces) {
  std::uint64_t position = 0;
  for (std::uint64_t block = 0; block < line.blocks && position < cut.end; ++block) {
    const Range slices = slices_of_block(line, part.slices, block);
    const std::uint64_t from = std::max(cut.begin, position);
    const std::uint64_t to = std::min(cut.end, position + slices.size());
    if (from < to) pieces.push_back({part.family, block, {slices.begin + (from - position), slices.begin + (to - position)}});
    position += slices.size();
  }
}

}  // namespace

std::uint64_t SliceLine::size() const noexcept {
  return std::accumulate(todo.begin(), todo.end(), std::uint64_t{0},
                         [](std::uint64_t sum, const Range& slices) { return sum + slices.size(); });
}

std::vector<FamilyPart> parts_of_leg(const SliceLine& line, const Range& leg) {
  std::vector<FamilyPart> parts;
  std::uint64_t first = 0;
  for (std::uint64_t family = 0; family < line.todo.size() && first < leg.end; ++family) {
    const Range& todo = line.todo[family];
    const std::uint64_t begin = std::clamp(leg.begin, first, first + todo.size()) - first;
    const std::uint64_t end = std::clamp(leg.end, first, first + todo.size()) - first;
    if (begin < end) parts.push_back({family, {todo.begin + begin, todo.begin + end}});
    first += todo.size();
  }
  return parts;
}

double leg_cost(const SliceLine& line, const WorkRates& rates, const Range& leg) {
  double cost = 0.0;
  for (const FamilyPart& part : parts_of_leg(line, leg))
    cost += static_cast<double>(part.slices.size()) * rates.slice_cost[part.family];
  return cost;
}

std::uint64_t leg_end(const SliceLine& line, const WorkRates& rates, std::uint64_t begin, double budget) {
  std::uint64_t end = begin;
  for (const FamilyPart& part : parts_of_leg(line, {begin, line.size()})) {
    const std::uint64_t fit = slices_before(std::floor(budget / rates.slice_cost[part.family]), 1.0, part.slices.size());
    end += fit;
    budget -= static_cast<double>(fit) * rates.slice_cost[part.family];
    if (fit < part.slices.size()) break;
  }
  const std::uint64_t one_each = begin + rates.rank_speed.size();
  return std::min(std::max(end, one_each), line.size());
}

std::uint64_t whole_rounds_end(const SliceLine& line, const WorkRates& rates, std::uint64_t begin, double budget) {
  const FamilyPart part = parts_of_leg(line, {begin, line.size()}).front();
  const double round_cost = rates.slice_cost[part.family] * static_cast<double>(line.blocks);
  const double rounds = std::clamp(std::floor(budget / round_cost), 1.0, static_cast<double>(part.slices.size() / line.blocks));
  return begin + static_cast<std::uint64_t>(rounds) * line.blocks;
}

std::vector<Piece> deal(const SliceLine& line, const WorkRates& rates, const Range& leg, int rank) {
  const double total = leg_cost(line, rates, leg);
  const auto first_speed = rates.rank_speed.begin();
  const double all = std::accumulate(first_speed, rates.rank_speed.end(), 0.0);
  const double before = std::accumulate(first_speed, first_speed + rank, 0.0);
  const double with_mine = std::accumulate(first_speed, first_speed + rank + 1, 0.0);
  const bool last_rank = static_cast<std::size_t>(rank) + 1 == rates.rank_speed.size();
  double cut_begin = total * (before / all);
  double cut_end = total * (with_mine / all);

  std::vector<Piece> pieces;
  for (const FamilyPart& part : parts_of_leg(line, leg)) {
    const double cost = rates.slice_cost[part.family];
    const std::uint64_t count = part.slices.size();
    append_pieces(line, part, {slices_before(cut_begin, cost, count), last_rank ? count : slices_before(cut_end, cost, count)},
                  pieces);
    cut_begin -= static_cast<double>(count) * cost;
    cut_end -= static_cast<double>(count) * cost;
  }
  return pieces;
}

}  // namespace nnft
