#include "nnft/core/format.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace nnft::format_test {
namespace {

TEST(FormatEstimate, PutsTheErrorInTheLastTwoDigits) {
  EXPECT_EQ(format_estimate(0.07451, 0.0028), "0.0745(28)");
  EXPECT_EQ(format_estimate(-0.5, 0.00012), "-0.50000(12)");
  EXPECT_EQ(format_estimate(123.4, 5.6), "123.4(56)");
  EXPECT_EQ(format_estimate(123.4, 56.0), "123(56)");
}

TEST(FormatEstimate, CarriesWhenTheErrorRoundsUp) { EXPECT_EQ(format_estimate(0.5, 0.0009996), "0.5000(10)"); }

TEST(FormatEstimate, TurnsToExponents) {
  EXPECT_EQ(format_estimate(-1.2345e-5, 1.1e-7), "-1.234(11)e-05");
  EXPECT_EQ(format_estimate(0.0, 3.0e-9), "0.0(30)e-09");
}

TEST(FormatEstimate, WithoutAnErrorIsTheValue) {
  EXPECT_EQ(format_estimate(0.25, 0.0), "0.25");
  EXPECT_EQ(format_estimate(0.25, std::nan("")), "0.25");
}

TEST(Format, BytesAndDurations) {
  EXPECT_EQ(format_bytes(512.0), "512 B");
  EXPECT_EQ(format_bytes(1536.0), "1.5 KiB");
  EXPECT_EQ(format_duration(3.21), "3.2 s");
  EXPECT_EQ(format_duration(3700.0), "61 min 40 s");
}

}  // namespace
}  // namespace nnft::format_test
