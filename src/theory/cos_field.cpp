#include "nnft/theory/cos_field.hpp"

#include <bit>
#include <cmath>
#include <cstdint>
#include <optional>

#include "nnft/stats/cumulants.hpp"
#include "nnft/theory/one_neuron.hpp"

namespace nnft {
namespace {

/// q = Σ ±x over a block of legs, for each choice of as many + as −, shape (choices, input dimension).
Momenta block_momenta(const SiteSet& sites, const int* tuple, const std::vector<int>& block) {
  const auto legs = static_cast<unsigned>(block.size());
  std::vector<std::uint32_t> choices;
  for (std::uint32_t signs = 0; signs < (1u << legs); ++signs)
    if (2 * static_cast<unsigned>(std::popcount(signs)) == legs) choices.push_back(signs);
  Momenta momenta = Momenta::Zero(static_cast<Eigen::Index>(choices.size()), sites.dimension());
  for (std::size_t c = 0; c < choices.size(); ++c)
    for (unsigned leg = 0; leg < legs; ++leg)
      momenta.row(static_cast<Eigen::Index>(c)) +=
          (choices[c] >> leg & 1u ? 1.0L : -1.0L) * sites.coordinates().row(tuple[block[leg]]).cast<long double>();
  return momenta;
}

/// The characteristic sum over all choices of signs of all blocks. The first half of the first block's choices stand for all: the
/// second half are their negatives.
StrengthSeries sum_over_signs(const std::vector<Momenta>& blocks, const CharacteristicSum& characteristic) {
  std::vector<Eigen::Index> choice(blocks.size(), 0);
  Momenta momenta(static_cast<Eigen::Index>(blocks.size()), blocks.front().cols());
  std::optional<StrengthSeries> sum;
  while (choice.front() < blocks.front().rows() / 2) {
    for (std::size_t b = 0; b < blocks.size(); ++b) momenta.row(static_cast<Eigen::Index>(b)) = blocks[b].row(choice[b]);
    const StrengthSeries term = characteristic(momenta);
    sum = sum ? *sum + term : term;
    std::size_t b = blocks.size() - 1;
    while (b > 0 && choice[b] + 1 == blocks[b].rows()) choice[b--] = 0;
    ++choice[b];
  }
  return *sum * 2.0L;
}

}  // namespace

std::vector<StrengthSeries> cos_full_moments(const MomentLayout& layout, const SiteSet& sites, const Readout& readout,
                                             const CharacteristicSum& characteristic) {
  std::vector<StrengthSeries> moments;
  moments.reserve(static_cast<std::size_t>(layout.size()));
  for (const int order : layout.orders()) {
    expect_moment(readout.output.density, order);
    const std::vector<SetPartition> partitions = even_set_partitions(order);
    // (σ_a/2√N)^order: amplitudes, and the halves of the cosines.
    const long double scale =
        std::pow(0.5L * readout.output.sigma_out / std::sqrt(static_cast<long double>(readout.width)), order);
    for (int t = 0; t < layout.index(order).size(); ++t) {
      std::optional<StrengthSeries> sum;
      for (const SetPartition& partition : partitions) {
        long double weight = scale;
        std::vector<Momenta> blocks;
        for (const std::vector<int>& block : partition) {
          weight *= readout.output.density.moment(static_cast<int>(block.size()));
          blocks.push_back(block_momenta(sites, layout.index(order).tuple(t), block));
        }
        const StrengthSeries term = sum_over_signs(blocks, characteristic) * weight;
        sum = sum ? *sum + term : term;
      }
      moments.push_back(*sum);
    }
  }
  return moments;
}

}  // namespace nnft
