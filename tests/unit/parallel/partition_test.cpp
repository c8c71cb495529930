#include "nnft/parallel/partition.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <stdexcept>

namespace nnft::partition_test {
namespace {

class Partition : public testing::TestWithParam<std::uint64_t> {};

TEST_P(Partition, PartsFollowEachOtherAndCoverEverything) {
  const std::uint64_t count = GetParam();
  for (const int parts : {1, 2, 3, 7, 64}) {
    std::uint64_t end = 0;
    for (int part = 0; part < parts; ++part) {
      const Range range = partition(count, part, parts);
      EXPECT_EQ(range.begin, end);
      EXPECT_LE(range.begin, range.end);
      end = range.end;
    }
    EXPECT_EQ(end, count);
  }
}

TEST_P(Partition, SizesDifferByAtMostOne) {
  const std::uint64_t count = GetParam();
  for (const int parts : {1, 2, 3, 7, 64}) {
    std::uint64_t smallest = std::numeric_limits<std::uint64_t>::max();
    std::uint64_t largest = 0;
    for (int part = 0; part < parts; ++part) {
      smallest = std::min(smallest, partition(count, part, parts).size());
      largest = std::max(largest, partition(count, part, parts).size());
    }
    EXPECT_LE(largest - smallest, 1U);
  }
}

INSTANTIATE_TEST_SUITE_P(Counts, Partition,
                         testing::Values(0U, 1U, 2U, 6U, 7U, 63U, 1000U, std::numeric_limits<std::uint64_t>::max()));

TEST(PartitionArguments, AreChecked) {
  EXPECT_THROW(partition(10, -1, 2), std::invalid_argument);
  EXPECT_THROW(partition(10, 2, 2), std::invalid_argument);
  EXPECT_THROW(partition(10, 0, 0), std::invalid_argument);
  EXPECT_THROW(partition(10, 0, -1), std::invalid_argument);
}

}  // namespace
}  // namespace nnft::partition_test
