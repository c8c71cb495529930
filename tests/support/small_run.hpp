#pragma once
/// @file Runs of tests that repeat a small run with many seeds.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "nnft/run/analysis.hpp"
#include "nnft/run/chain_factory.hpp"
#include "nnft/run/chain_pilot.hpp"
#include "nnft/run/config.hpp"
#include "nnft/run/family.hpp"
#include "nnft/run/plan.hpp"
#include "nnft/stats/sum_tree.hpp"
#include "support/sizes.hpp"

namespace nnft::test {

/// The sums of finished blocks.
inline BlockTable block_table(const Plan& plan, const std::vector<SumTree>& trees) {
  const auto columns = static_cast<std::size_t>(plan.sums().size());
  BlockTable table(static_cast<int>(plan.blocks()), plan.sums().size());
  for (std::size_t block = 0; block < trees.size(); ++block) {
    const std::vector<double> total = trees[block].total(columns);
    table.sums.row(static_cast<Eigen::Index>(block)) = Eigen::Map<const Vector>(total.data(), plan.sums().size()).transpose();
    table.counts[block] = static_cast<std::int64_t>(trees[block].slices() * plan.slice());
  }
  return table;
}

/// Scan points of one width, which share their draws, as the program does them, without its ranks and files.
class SmallFamily {
 public:
  /// @param config and @param plan must outlive it.
  SmallFamily(const Config& config, const Plan& plan, const Range& family)
      : config_(config),
        plan_(plan),
        family_(family),
        references_(pilot_references(config, plan, family, widest_simd_path())),
        sampler_(config, plan, family, references_, widest_simd_path()) {}

  /// What a run of the plan's size finds. @param number which part of the seed's samples: 0 is that of the program.
  std::vector<PointResult> run(std::uint64_t number = 0) {
    const auto columns = static_cast<std::size_t>(plan_.sums().size());
    std::vector<std::vector<SumTree>> trees(family_.size(), std::vector(plan_.blocks(), SumTree(plan_.sums().rule())));
    std::vector<double> sums(family_.size() * columns);
    const std::uint64_t slices = plan_.blocks() * plan_.slices_per_block();
    for (std::uint64_t slice = 0; slice < slices; ++slice) {
      std::fill(sums.begin(), sums.end(), 0.0);
      sampler_.sum_slice((number * slices + slice) * plan_.slice(), static_cast<int>(plan_.slice()), sums);
      for (std::size_t k = 0; k < family_.size(); ++k) {
        const auto first = sums.begin() + static_cast<std::ptrdiff_t>(k * columns);
        trees[k][slice % plan_.blocks()].add(
            {0, slice / plan_.blocks(), std::vector<double>(first, first + static_cast<std::ptrdiff_t>(columns))});
      }
    }
    std::vector<PointResult> results;
    for (std::size_t k = 0; k < family_.size(); ++k)
      results.push_back(
          analyse(config_, plan_.points()[family_.begin + k], plan_.sums(), references_[k].kernel, block_table(plan_, trees[k])));
    return results;
  }

 private:
  const Config& config_;
  const Plan& plan_;
  Range family_;
  std::vector<PointReference> references_;
  FamilySampler sampler_;
};

/// The first scan point, under a field-operator: a Markov chain for each block, or weighted draws.
inline PointResult small_chains(const Config& config, const Plan& plan) {
  const ChainFactory factory(config, widest_simd_path());
  const ScanPoint& point = plan.points().front();
  const ChainSettings settings = chain_pilot(config, factory, point);
  std::vector<SumTree> trees(plan.blocks(), SumTree(plan.sums().rule()));
  RowMatrix rows;
  for (std::uint64_t first = 0; first < plan.blocks(); first += batch_samples) {
    const auto sampler = factory.sampler(point, settings, {first, 1});
    sampler->start();
    for (std::uint64_t slice = 0; slice < plan.slices_per_block(); ++slice) {
      sampler->sum_slice(rows);
      for (std::uint64_t k = first; k < std::min<std::uint64_t>(first + batch_samples, plan.blocks()); ++k) {
        const double* const row = rows.row(static_cast<Eigen::Index>(k - first)).data();
        trees[k].add({0, slice, std::vector<double>(row, row + rows.cols())});
      }
    }
  }
  return analyse(config, point, plan.sums(), factory.reference_kernel(), block_table(plan, trees));
}

/// The first scan point of a run.
inline PointResult small_run(const Config& config, const Plan& plan) {
  if (config.has_field_operator()) return small_chains(config, plan);
  return std::move(SmallFamily(config, plan, {0, 1}).run().front());
}

}  // namespace nnft::test
