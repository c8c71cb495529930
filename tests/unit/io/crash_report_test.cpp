#include "io/crash_report.hpp"

#include <gtest/gtest.h>

#include <csignal>

namespace nnft::hdf5 {
namespace {

TEST(CrashReport, NamesTheFileAndExitsWithAnErrorWhileItLives) {
  if (has_address_sanitizer) GTEST_SKIP() << "AddressSanitizer reports crashes";
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
  if (has_address_sanitizer) GTEST_SKIP() << "AddressSanitizer reports crashes";
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        { const CrashReport report("damaged.h5"); }
        std::raise(SIGSEGV);
      },
      testing::KilledBySignal(SIGSEGV), "");
}

}  // namespace
}  // namespace nnft::hdf5
