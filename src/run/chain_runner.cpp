#include "nnft/run/chain_runner.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "nnft/core/error.hpp"

namespace nnft {

ChainRunner::ChainRunner(const Plan& plan, std::shared_ptr<const ChainFactory> factory, std::vector<ChainSettings> settings)
    : plan_(plan), factory_(std::move(factory)), settings_(std::move(settings)) {}

/// The chains of blocks `blocks` before slice `slice`.
ChainSampler& ChainRunner::ready(std::uint64_t point, std::uint64_t place, const Range& blocks, std::uint64_t slice,
                                 const BlockStore& store) {
  std::unique_ptr<ChainSampler>& sampler = samplers_[{point, blocks.begin}];
  if (sampler && sampler->next_slice() == slice) return *sampler;
  const ChainNumbers numbers{plan_.block_label(blocks.begin), plan_.part().count};
  if (!sampler) sampler = factory_->sampler(plan_.points()[point], settings_[point], numbers);
  RowMatrix rows = RowMatrix::Zero(batch_samples, plan_.sums().size());
  for (std::uint64_t block = blocks.begin; block < blocks.end && slice > 0; ++block) {
    const SumTree& tree = store.tree(place, block);
    if (tree.slices() != slice)
      throw IoError(plan_.points()[point].name + ", block " + std::to_string(block) + ": expected the chain after slice " +
                    std::to_string(slice) + ", got it after " + std::to_string(tree.slices()));
    const std::vector<double>& sums = tree.nodes().back().sums;
    rows.row(static_cast<Eigen::Index>(block - blocks.begin)) =
        Eigen::Map<const Eigen::RowVectorXd>(sums.data(), static_cast<Eigen::Index>(sums.size()));
  }
  sampler->restore(slice, rows);
  return *sampler;
}

void ChainRunner::run(std::uint64_t point, std::uint64_t place, const Range& slices, BlockStore& store) {
  const Range owned = store.owned_blocks(place);
  RowMatrix rows;
  for (std::uint64_t first = owned.begin; first < owned.end; first += batch_samples) {
    const Range blocks{first, std::min<std::uint64_t>(first + batch_samples, owned.end)};
    ChainSampler& sampler = ready(point, place, blocks, slices.begin, store);
    std::vector<SumTree> trees(blocks.size(), SumTree(plan_.sums().rule()));
    for (std::uint64_t slice = slices.begin; slice < slices.end; ++slice) {
      sampler.sum_slice(rows);
      for (std::uint64_t k = 0; k < blocks.size(); ++k) {
        const double* const row = rows.row(static_cast<Eigen::Index>(k)).data();
        trees[k].add({0, slice, std::vector<double>(row, row + rows.cols())});
      }
    }
    for (std::uint64_t k = 0; k < blocks.size(); ++k) store.deposit(place, first + k, std::move(trees[k]));
  }
}

}  // namespace nnft
