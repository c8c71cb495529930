#include "nnft/stats/chain_statistics.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

#include "nnft/stats/chain_convergence.hpp"
#include "nnft/stats/sum_tree.hpp"

namespace nnft::chain_statistics_test {
namespace {

constexpr int slice = 16, slices = 11, chains = 8;
const SumLayout layout(MomentLayout(1, {2, 4}), 0, {}, {1, slice, 1, false});

std::vector<double> draw(std::uint64_t seed) {
  std::mt19937_64 engine(seed);
  std::normal_distribution<double> normal;
  std::vector<double> x;
  double state = normal(engine);
  for (int t = 0; t < slice * slices; ++t) {
    x.push_back(7.0 + state);
    state = 0.5 * state + std::sqrt(0.75) * normal(engine);
  }
  return x;
}

/// The columns of F, from what they are said to be.
BlockTable table_of(const std::vector<std::vector<double>>& all) {
  const ChainLayout& chain = layout.chain();
  constexpr int which = static_cast<int>(ChainObservable::square);
  BlockTable table(chains, layout.size());
  for (std::size_t b = 0; b < all.size(); ++b) {
    SumTree tree(layout.rule());
    for (std::uint64_t j = 0; j < slices; ++j) {
      std::vector<double> row(static_cast<std::size_t>(layout.size()), 0.0);
      double* columns = row.data() + layout.chain_offset();
      const double* x = all[b].data() + j * slice;
      for (int t = 0; t < slice; ++t) {
        columns[ChainLayout::sum(ChainSum::weight)] += 1.0;
        columns[ChainLayout::sum(ChainSum::square)] += x[t];
        columns[ChainLayout::sum(ChainSum::squared_square)] += x[t] * x[t];
        columns[chain.window(which) + ChainLayout::window_of(j)] += x[t];
        for (int l = 0; l < chain.lags(); ++l) {
          if (t + l < slice) columns[chain.lag_products(which) + l] += x[t] * x[t + l];
          if (t < l) columns[chain.lag_edges(which) + l] += x[t] + x[slice - 1 - t];
        }
      }
      tree.add({0, j, std::move(row)});
    }
    const std::vector<double> total = tree.total(static_cast<std::size_t>(layout.size()));
    table.sums.row(static_cast<Eigen::Index>(b)) = Eigen::Map<const Eigen::RowVectorXd>(total.data(), layout.size());
    table.counts[b] = slice * slices;
  }
  return table;
}

/// Chains cut after so many slices.
SplitChains split(const std::vector<std::vector<double>>& all, int first_slices) {
  const Vector zero = Vector::Zero(std::ssize(all));
  const double first = slice * first_slices, second = slice * (slices - first_slices);
  SplitChains parts{zero, zero, zero.array() + first, zero.array() + second, zero};
  for (std::size_t b = 0; b < all.size(); ++b)
    for (int t = 0; t < slice * slices; ++t) {
      const double x = all[b][static_cast<std::size_t>(t)];
      (t < slice * first_slices ? parts.first : parts.second)[static_cast<Eigen::Index>(b)] += x;
      parts.squares[static_cast<Eigen::Index>(b)] += x * x;
    }
  return parts;
}

TEST(ChainStatistics, AreThoseOfTheSamples) {
  std::vector<std::vector<double>> all;
  for (std::uint64_t b = 0; b < chains; ++b) all.push_back(draw(b + 1));
  const std::optional<ChainStatistics> found = chain_statistics(layout, table_of(all));
  ASSERT_TRUE(found.has_value());
  const ObservableStatistics& square = (*found)[static_cast<std::size_t>(ChainObservable::square)];
  EXPECT_NEAR(square.split_rhat, split_rhat(split(all, 4)), 1e-12);  // the largest power of two in 11/2
  EXPECT_NEAR(square.thermalisation, thermalisation_deviation(split(all, 1)), 1e-10);
  // Γ(0) and Γ(1) about the mean of all, by definition.
  double mean = 0.0, products[2] = {}, pairs[2] = {};
  for (const auto& x : all)
    for (const double value : x) mean += value / (chains * slices * slice);
  for (const auto& x : all)
    for (int t = 0; t < slices * slice; ++t)
      for (int l = 0; l < 2; ++l) {
        if (t % slice + l >= slice) continue;
        products[l] += (x[static_cast<std::size_t>(t)] - mean) * (x[static_cast<std::size_t>(t + l)] - mean);
        pairs[l] += 1.0;
      }
  const double rho = products[1] / pairs[1] / (products[0] / pairs[0]);
  EXPECT_GT(square.time.tau, 0.5 + 0.9 * rho);
  EXPECT_NEAR(square.time.tau, 1.5, 5.0 * square.time.error);  // (1 + a)/(2(1 − a))
  EXPECT_NEAR(square.by_means.tau, 1.5, 4.0 * square.by_means.error);
}

TEST(ChainStatistics, NeedChainsWithSamples) {
  EXPECT_FALSE(chain_statistics(layout, BlockTable(chains, layout.size())).has_value());
  const SumLayout independent(MomentLayout(1, {2, 4}), 0, {}, {1, slice, 0, false});
  EXPECT_FALSE(chain_statistics(independent, BlockTable(chains, independent.size())).has_value());
}

}  // namespace
}  // namespace nnft::chain_statistics_test
