#pragma once
/// @file Runs of tests that repeat a small run with many seeds.

#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "nnft/run/analysis.hpp"
#include "nnft/run/config.hpp"
#include "nnft/run/family.hpp"
#include "nnft/run/plan.hpp"
#include "nnft/stats/sum_tree.hpp"

namespace nnft::test {

/// NNFT_SEEDS for a longer version. @throws std::invalid_argument for fewer than 100, of which no test could tell anything.
inline int seeds(int otherwise) {
  const char* text = std::getenv("NNFT_SEEDS");
  if (text == nullptr) return otherwise;
  const int number = std::atoi(text);
  if (number < 100) throw std::invalid_argument(std::string("NNFT_SEEDS: expected a whole number from 100, got '") + text + "'");
  return number;
}

/// The first scan point of a run as the program does it, without its ranks and files.
inline PointResult small_run(const Config& config, const Plan& plan) {
  const SimdPath path = widest_simd_path();
  const std::vector<PointReference> references = pilot_references(config, plan, {0, 1}, path);
  FamilySampler sampler(config, plan, {0, 1}, references, path);
  std::vector<SumTree> trees(plan.blocks(), SumTree(plan.sums().rule()));
  const auto columns = static_cast<std::size_t>(plan.sums().size());
  for (std::uint64_t slice = 0; slice < plan.blocks() * plan.slices_per_block(); ++slice) {
    const std::uint64_t block = slice % plan.blocks();
    SumNode leaf{0, slice / plan.blocks(), std::vector<double>(columns)};
    sampler.sum_slice(slice * plan.slice(), static_cast<int>(plan.slice()), leaf.sums);
    trees[block].add(std::move(leaf));
  }
  BlockTable table(config.run.blocks, plan.sums().size());
  for (std::size_t block = 0; block < trees.size(); ++block) {
    const std::vector<double> total = trees[block].total(columns);
    table.sums.row(static_cast<Eigen::Index>(block)) = Eigen::Map<const Vector>(total.data(), plan.sums().size()).transpose();
    table.counts[block] = static_cast<std::int64_t>(trees[block].slices() * plan.slice());
  }
  return analyse(config, plan.points().front(), plan.sums(), references.front().kernel, table);
}

}  // namespace nnft::test
