#pragma once
/// @file Runs of tests that repeat a small run with many seeds.

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

namespace nnft::test {

/// NNFT_SEEDS for a longer version. @throws std::invalid_argument for fewer than 100, of which no test could tell anything.
inline int seeds(int otherwise) {
  const char* text = std::getenv("NNFT_SEEDS");
  if (text == nullptr) return otherwise;
  const int number = std::atoi(text);
  if (number < 100) throw std::invalid_argument(std::string("NNFT_SEEDS: expected a whole number from 100, got '") + text + "'");
  return number;
}

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
inline std::vector<PointResult> small_family(const Config& config, const Plan& plan, const Range& family) {
  const SimdPath path = widest_simd_path();
  const std::vector<PointReference> references = pilot_references(config, plan, family, path);
  FamilySampler sampler(config, plan, family, references, path);
  const std::vector<SumTree> none(plan.blocks(), SumTree(plan.sums().rule()));
  std::vector<std::vector<SumTree>> trees(family.size(), none);
  const auto columns = static_cast<std::size_t>(plan.sums().size());
  std::vector<double> sums(family.size() * columns);
  for (std::uint64_t slice = 0; slice < plan.blocks() * plan.slices_per_block(); ++slice) {
    std::fill(sums.begin(), sums.end(), 0.0);
    sampler.sum_slice(slice * plan.slice(), static_cast<int>(plan.slice()), sums);
    for (std::size_t k = 0; k < family.size(); ++k) {
      const auto first = sums.begin() + static_cast<std::ptrdiff_t>(k * columns);
      trees[k][slice % plan.blocks()].add(
          {0, slice / plan.blocks(), std::vector<double>(first, first + static_cast<std::ptrdiff_t>(columns))});
    }
  }
  std::vector<PointResult> results;
  for (std::size_t k = 0; k < family.size(); ++k)
    results.push_back(
        analyse(config, plan.points()[family.begin + k], plan.sums(), references[k].kernel, block_table(plan, trees[k])));
  return results;
}

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
  return std::move(small_family(config, plan, {0, 1}).front());
}

}  // namespace nnft::test
