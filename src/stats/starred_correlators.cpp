#include "nnft/stats/starred_correlators.hpp"

#include <bit>
#include <string>
#include <utility>

#include "nnft/core/error.hpp"

namespace nnft {
namespace {

/// Legs of the pairs of a quad, pairing after pairing.
constexpr std::array<std::array<unsigned, 2>, 6> legs_of_pairs = {{{0, 1}, {2, 3}, {0, 2}, {1, 3}, {0, 3}, {1, 2}}};
/// Sets of so many legs out of four.
constexpr std::array<double, 5> sets_of_size = {1.0, 4.0, 6.0, 4.0, 1.0};

}  // namespace

std::vector<PairsOfQuad> pairs_of_quads(const MomentLayout& layout) {
  std::vector<PairsOfQuad> all;
  if (layout.orders().size() < 2) return all;
  const PackedIndex& quads = layout.index(4);
  for (int t = 0; t < quads.size(); ++t) {
    const int* sites = quads.tuple(t);
    PairsOfQuad places{};
    for (std::size_t p = 0; p < places.size(); ++p) {
      const std::array<int, 2> pair = {sites[legs_of_pairs[p][0]], sites[legs_of_pairs[p][1]]};
      places[p] = layout.index(2).position(pair.data());
    }
    all.push_back(places);
  }
  return all;
}

StarredCorrelators::StarredCorrelators(const SumLayout& layout, Vector reference_kernel)
    : layout_(layout),
      reference_kernel_(std::move(reference_kernel)),
      pairs_(layout.chain().pairs()),
      quads_(layout.chain().quads()),
      pairs_of_quads_(pairs_of_quads(layout.moments())) {
  if (!layout.chain().improved()) throw ShapeError("StarredCorrelators: the layout has no starred columns");
  if (reference_kernel_.size() != pairs_)
    throw ShapeError("StarredCorrelators: expected a reference kernel of " + std::to_string(pairs_) + " pairs, got " +
                     std::to_string(reference_kernel_.size()));
}

void StarredCorrelators::evaluate(std::span<const double> means, std::span<double> found) const {
  const ChainLayout& chain = layout_.chain();
  const double* moments = means.data();
  const double* starred = means.data() + layout_.chain_offset();
  for (int row = 0; row < pair_estimators; ++row)
    for (int p = 0; p < pairs_; ++p)
      found[static_cast<std::size_t>(pairs_at(row) + p)] = reference_kernel_[p] + starred[chain.starred_pairs(row) + p];
  // m₂ of a pair whose first leg is starred if bit 0 is set, the second if bit 1 is.
  const auto pair_mean = [&](int pair, unsigned stars) {
    return stars == 0 ? moments[pair] : starred[chain.starred_pairs(static_cast<int>(stars) - 1) + pair];
  };
  for (int t = 0; t < quads_; ++t) {
    std::array<double, 5> products{};
    for (unsigned set = 1; set < 16; ++set) {
      std::array<double, 6> factors{};
      for (std::size_t p = 0; p < factors.size(); ++p) {
        const auto& legs = legs_of_pairs[p];
        factors[p] =
            pair_mean(pairs_of_quads_[static_cast<std::size_t>(t)][p], (set >> legs[0] & 1u) | (set >> legs[1] & 1u) << 1);
      }
      products[static_cast<std::size_t>(std::popcount(set))] +=
          factors[0] * factors[1] + factors[2] * factors[3] + factors[4] * factors[5];
    }
    for (int size = 1; size <= quad_estimators; ++size)
      found[static_cast<std::size_t>(quads_at(size - 1) + t)] =
          starred[chain.starred_quads(size) + t] -
          products[static_cast<std::size_t>(size)] / sets_of_size[static_cast<std::size_t>(size)];
  }
}

}  // namespace nnft
