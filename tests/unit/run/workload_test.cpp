#include "nnft/run/workload.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <utility>

namespace nnft::workload_test {
namespace {

using Done = std::map<std::pair<std::uint64_t, std::uint64_t>, std::vector<std::uint64_t>>;

TEST(Workload, LegsAndRanksCoverEverySliceOnce) {
  const SliceLine line{5, {{0, 35}, {12, 35}, {0, 35}}};
  for (const int ranks : {1, 2, 3, 4, 7, 40}) {
    WorkRates rates{{1.0, 0.1, 25.0}, std::vector<double>(static_cast<std::size_t>(ranks), 1.0)};
    for (int r = 0; r < ranks; ++r) rates.rank_speed[static_cast<std::size_t>(r)] = 0.3 + 0.7 * (r % 3);
    Done done;
    for (std::uint64_t position = 0; position < line.size();) {
      const Range leg{position, leg_end(line, rates, position, 40.0)};
      ASSERT_GT(leg.end, leg.begin);
      for (int r = 0; r < ranks; ++r)
        for (const Piece& piece : deal(line, rates, leg, r))
          for (std::uint64_t j = piece.slices.begin; j < piece.slices.end; ++j) done[{piece.family, piece.block}].push_back(j);
      position = leg.end;
    }
    EXPECT_EQ(done.size(), 15u);
    for (auto& [entry, slices] : done) {
      std::sort(slices.begin(), slices.end());
      // The second point has done its slices u < 12 before: three of blocks 0 and 1, two of the others.
      const std::uint64_t done_before = entry.first != 1 ? 0 : entry.second < 2 ? 3 : 2;
      std::vector<std::uint64_t> all(7 - done_before);
      std::iota(all.begin(), all.end(), done_before);
      EXPECT_EQ(slices, all) << "point " << entry.first << " block " << entry.second << " ranks " << ranks;
    }
  }
}

TEST(Workload, UnequalPointsAreBalanced) {
  const SliceLine line{64, std::vector<Range>(4, Range{0, 6400})};
  const WorkRates rates{{1.0, 2.0, 4.0, 128.0}, {1.0, 1.0, 2.0, 1.0}};
  const Range everything{0, line.size()};
  const double total = leg_cost(line, rates, everything);
  for (int r = 0; r < 4; ++r) {
    double cost = 0.0;
    for (const Piece& piece : deal(line, rates, everything, r))
      cost += static_cast<double>(piece.slices.size()) * rates.slice_cost[piece.family];
    EXPECT_NEAR(cost / total, rates.rank_speed[static_cast<std::size_t>(r)] / 5.0, 128.0 / total);
  }
}

TEST(Workload, ALegKeepsItsBudget) {
  const SliceLine line{10, {{0, 100}, {0, 100}}};
  const WorkRates rates{{1.0, 3.0}, {1.0}};
  EXPECT_EQ(leg_end(line, rates, 0, 30.0), 30u);
  EXPECT_EQ(leg_end(line, rates, 90, 10.0 + 31.0), 110u);
  EXPECT_EQ(leg_end(line, rates, 150, 0.5), 151u);
  EXPECT_EQ(leg_end(line, rates, 0, 1e9), 200u);
  // However dear a slice is, no rank is left without one, unless there are too few.
  const WorkRates four{{1.0, 3.0}, {1.0, 1.0, 1.0, 1.0}};
  EXPECT_EQ(leg_end(line, four, 150, 0.5), 154u);
  EXPECT_EQ(leg_end(line, four, 198, 0.5), 200u);
  EXPECT_DOUBLE_EQ(leg_cost(line, rates, {90, 110}), 40.0);
}

// Chains of all blocks advance together: a leg is whole rounds of one family.
TEST(WholeRounds, EndWithTheFamilyAndAreAtLeastOne) {
  const SliceLine line{5, {{10, 40}, {0, 20}}};
  const WorkRates rates{{2.0, 1.0}, {1.0, 1.0}};
  EXPECT_EQ(whole_rounds_end(line, rates, 0, 1.0), 5u);  // a round costs 10
  EXPECT_EQ(whole_rounds_end(line, rates, 0, 29.0), 10u);
  EXPECT_EQ(whole_rounds_end(line, rates, 0, 1e9), 30u);  // not into the next family
  EXPECT_EQ(whole_rounds_end(line, rates, 25, 1e9), 30u);
  EXPECT_EQ(whole_rounds_end(line, rates, 30, 11.0), 40u);  // a round costs 5 there
  EXPECT_EQ(whole_rounds_end(line, rates, 45, 1e9), 50u);
}

}  // namespace
}  // namespace nnft::workload_test
