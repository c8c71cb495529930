#include "io/crash_report.hpp"

#include <gtest/gtest.h>

#include <csignal>

namespace nnft::hdf5 {
namespace {

#if !defined(__SANITIZE_ADDRESS__)
TEST(CrashReport, NamesTheFileAndExitsWithAnErrorWhileItLives) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGABRT})
    EXPECT_EXIT(
        {
          const CrashReport report("damaged.h5");
          std::raise(signal);
        },
        testing::ExitedWithCode(3), "nnft: damaged.h5: the HDF5 library crashed");
}

TEST(CrashReport, LeavesSignalsAsTheyWere) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        { const CrashReport report("damaged.h5"); }
        std::raise(SIGSEGV);
      },
      testing::KilledBySignal(SIGSEGV), "");
}
#endif

}  // namespace
}  // namespace nnft::hdf5
