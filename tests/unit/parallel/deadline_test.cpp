#include "nnft/parallel/deadline.hpp"

#include <gtest/gtest.h>

#include "nnft/core/clock.hpp"
#include "nnft/parallel/agreement.hpp"
#include "support/mpi_main.hpp"

namespace nnft::deadline_test {
namespace {

using std::chrono::seconds;
using test::world;

/// Far longer than the test may take.
constexpr seconds patience{600};

TEST(Deadline, DoesNothingAndKeepsNobodyWaitingWhenItIsDestroyedInTime) {
  const Clock::time_point start = Clock::now();
  for (int k = 0; k < 200; ++k) const Deadline deadline(world(), "not to be seen", patience);
  EXPECT_LT(Clock::now() - start, patience / 2);
}

TEST(Deadline, SeveralWatchSideBySide) {
  for (int k = 0; k < 50; ++k) {
    const Deadline first(world(), "not to be seen", patience);
    const Deadline second(world(), "nor this", patience);
    world().barrier();
  }
}

TEST(Deadline, EndsWithTheAgreementItWaitsFor) {
  for (int k = 0; k < 50; ++k) {
    const auto failure = agree_on_failure(world(), "failure " + std::to_string(k), patience);
    EXPECT_EQ(failure, "failure " + std::to_string(k));
  }
}

}  // namespace
}  // namespace nnft::deadline_test
