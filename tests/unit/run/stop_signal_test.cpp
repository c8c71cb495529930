#include "nnft/run/stop_signal.hpp"

#include <gtest/gtest.h>

#include <csignal>

namespace nnft::stop_signal_test {
namespace {

class StopSignalTest : public testing::Test {
 protected:
  ~StopSignalTest() override {
    std::signal(SIGUSR1, SIG_DFL);
    std::signal(SIGTERM, SIG_DFL);
  }
};

void do_nothing(int) {}

TEST_F(StopSignalTest, LeavesSignalsAsTheyWere) {
  std::signal(SIGUSR1, do_nothing);
  {
    const StopSignal stop("out.h5.STOP", 0.0);
    EXPECT_FALSE(stop_signal_caught());
    std::raise(SIGUSR1);
    EXPECT_TRUE(stop_signal_caught());
  }
  EXPECT_FALSE(stop_signal_caught());
  EXPECT_EQ(std::signal(SIGUSR1, SIG_DFL), do_nothing);
  EXPECT_EQ(std::signal(SIGTERM, SIG_DFL), SIG_DFL);
}

TEST_F(StopSignalTest, ASignalAfterTheEndOfARunDoesNotEndTheProcess) {
  hold_stop_signals();
  { const StopSignal stop("out.h5.STOP", 0.0); }
  std::raise(SIGUSR1);
  std::raise(SIGTERM);
  SUCCEED();
}

}  // namespace
}  // namespace nnft::stop_signal_test
