#include "nnft/stats/sum_tree.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

#include "nnft/core/error.hpp"

namespace nnft::sum_tree_test {
namespace {

/// Numbers whose sum depends on the order of additions.
double leaf_value(std::uint64_t j) { return std::ldexp(std::sin(1.0 + static_cast<double>(j)), static_cast<int>(j % 40)); }

SumNode leaf(std::uint64_t j) { return {0, j, {leaf_value(j), 1.0}}; }

std::vector<double> in_order(std::uint64_t count) {
  SumTree tree;
  for (std::uint64_t j = 0; j < count; ++j) tree.add(leaf(j));
  return tree.total(2);
}

TEST(SumTree, OrderOfArrivalDoesNotMatter) {
  std::mt19937 engine(3);
  for (const std::uint64_t count : {1u, 2u, 3u, 7u, 8u, 31u, 100u}) {
    const std::vector<double> expected = in_order(count);
    EXPECT_EQ(expected[1], static_cast<double>(count));
    std::vector<std::uint64_t> order(count);
    std::iota(order.begin(), order.end(), 0u);
    for (int shuffle = 0; shuffle < 10; ++shuffle) {
      std::shuffle(order.begin(), order.end(), engine);
      SumTree tree;
      for (const std::uint64_t j : order) tree.add(leaf(j));
      EXPECT_EQ(tree.total(2), expected);
      EXPECT_EQ(tree.slices(), count);
    }
  }
}

TEST(SumTree, WhoComputedWhatDoesNotMatter) {
  const std::vector<double> expected = in_order(100);
  for (const std::uint64_t first_cut : {1u, 13u, 50u})
    for (const std::uint64_t second_cut : {51u, 64u, 99u}) {
      SumTree parts[3];
      for (std::uint64_t j = 0; j < 100; ++j) parts[j < first_cut ? 0 : j < second_cut ? 1 : 2].add(leaf(j));
      SumTree whole;
      for (const int part : {2, 0, 1}) whole.merge(std::move(parts[part]));
      EXPECT_EQ(whole.total(2), expected);
    }
}

TEST(SumTree, APlainLoopWouldNotDo) {
  double loop = 0.0;
  for (std::uint64_t j = 0; j < 100; ++j) loop += leaf_value(j);
  EXPECT_NE(loop, in_order(100)[0]) << "these leaves cannot tell associations apart";
}

TEST(SumTree, RefusesASliceTwice) {
  SumTree tree;
  for (std::uint64_t j = 0; j < 4; ++j) tree.add(leaf(j));
  EXPECT_THROW(tree.add(leaf(2)), ShapeError);
  EXPECT_THROW(tree.add({3, 0, {0.0, 8.0}}), ShapeError);
  EXPECT_THROW(tree.add({0, 9, {0.0}}), ShapeError);
  EXPECT_EQ(SumTree().total(3), std::vector<double>(3, 0.0));
}

}  // namespace
}  // namespace nnft::sum_tree_test
