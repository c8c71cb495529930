#include "nnft/core/packed_index.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "nnft/core/error.hpp"

namespace nnft::packed_index_test {
namespace {

TEST(PackedIndex, EveryTupleIsSortedDistinctAndFoundAgain) {
  for (int sites = 1; sites <= 6; ++sites)
    for (int order = 1; order <= 6; ++order) {
      const PackedIndex index(sites, order);
      std::set<std::vector<int>> seen;
      for (int t = 0; t < index.size(); ++t) {
        const std::vector<int> tuple(index.tuple(t), index.tuple(t) + order);
        EXPECT_TRUE(std::is_sorted(tuple.begin(), tuple.end()));
        EXPECT_TRUE(seen.insert(tuple).second);
        EXPECT_EQ(index.position(tuple.data()), t);
        EXPECT_EQ(index.position(std::vector<int>(tuple.rbegin(), tuple.rend())), t);
      }
      EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end()));
    }
}

TEST(PackedIndex, CountsAreBinomial) {
  EXPECT_EQ(PackedIndex(8, 2).size(), 36);
  EXPECT_EQ(PackedIndex(8, 4).size(), 330);
  EXPECT_EQ(PackedIndex(8, 6).size(), 1716);
  EXPECT_EQ(PackedIndex(16, 6).size(), 54264);
}

TEST(PackedIndex, RefusesTheImpossible) {
  EXPECT_THROW(PackedIndex(0, 2), ShapeError);
  EXPECT_THROW(PackedIndex(2, -1), ShapeError);
  EXPECT_THROW(PackedIndex(4096, 6), ShapeError);
  EXPECT_THROW(PackedIndex(1 << 30, 8), ShapeError);
  EXPECT_THROW(PackedIndex(3, 2).position({0, 3}), ShapeError);
  EXPECT_THROW(PackedIndex(3, 2).position({0, 1, 2}), ShapeError);
}

}  // namespace
}  // namespace nnft::packed_index_test
