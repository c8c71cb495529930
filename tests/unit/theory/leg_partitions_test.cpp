#include "nnft/theory/leg_partitions.hpp"

#include <gtest/gtest.h>

namespace nnft::leg_partitions_test {
namespace {

double all_of(const std::vector<LegPartitions::Term>& terms) {
  double sum = 0.0;
  for (const LegPartitions::Term& term : terms) sum += term.count;
  return sum;
}

// Bell's numbers 2, 15, 203; of equal legs one term for each way to write the order as a sum.
TEST(LegPartitions, AreAllPartitions) {
  const LegPartitions one = leg_partitions(MomentLayout(1, {2, 4, 6}));
  ASSERT_EQ(one.rows.size(), 3u);
  EXPECT_EQ(all_of(one.rows[0]), 2.0);
  EXPECT_EQ(all_of(one.rows[1]), 15.0);
  EXPECT_EQ(all_of(one.rows[2]), 203.0);
  EXPECT_EQ(one.rows[1].size(), 5u);
  EXPECT_EQ(one.rows[2].size(), 11u);
  EXPECT_EQ(one.blocks.size(), 6u);
}

TEST(LegPartitions, BlocksMakeUpTheTuple) {
  const MomentLayout layout(3, {2, 4});
  const LegPartitions legs = leg_partitions(layout);
  for (int t = 0; t < layout.index(4).size(); ++t)
    for (const LegPartitions::Term& term : legs.rows[static_cast<std::size_t>(layout.offset(4) + t)]) {
      std::vector<int> sites;
      for (const int block : term.blocks) {
        const std::vector<int>& some = legs.blocks[static_cast<std::size_t>(block)];
        sites.insert(sites.end(), some.begin(), some.end());
      }
      EXPECT_EQ(layout.index(4).position(sites), t);
    }
}

}  // namespace
}  // namespace nnft::leg_partitions_test
