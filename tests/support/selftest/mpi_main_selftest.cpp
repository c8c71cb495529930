// Tests that go wrong on purpose, one at a time: mpi_main_test.sh selects them and checks what the test main makes of it.
#include <gtest/gtest.h>

#include <cstdlib>
#include <stdexcept>

#include "support/mpi_main.hpp"

namespace {

using nnft::test::world;

bool last_rank() { return world().rank() == world().size() - 1; }

TEST(Passes, EveryRankSeesAllRanks) { EXPECT_EQ(world().all_gather(1.0).size(), static_cast<std::size_t>(world().size())); }

TEST(Passes, Again) { world().barrier(); }

TEST(FailsOnLastRank, ThenGoesOn) {
  EXPECT_FALSE(last_rank()) << "on purpose";
  world().barrier();
}

TEST(ThrowsOnLastRank, WhileOthersWait) {
  if (last_rank()) throw std::runtime_error("thrown on purpose");
  world().barrier();
}

TEST(ExitsOnLastRank, WhileOthersWait) {
  if (last_rank()) std::exit(0);
  world().barrier();
}

TEST(ReturnsOnLastRank, WhileOthersWait) {
  ASSERT_FALSE(last_rank()) << "on purpose";
  world().barrier();
}

}  // namespace
