#include "nnft/theory/decay_box.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "nnft/core/error.hpp"

namespace nnft::decay_box_test {
namespace {

// Gaussians of very different widths: e^{−46} is at √92 deviations.
TEST(DecayBox, Gaussians) {
  const Vector box = decay_box(2, [](const Vector& x) { return -0.5 * (x[0] * x[0] * 100.0 + x[1] * x[1] / 400.0); });
  EXPECT_GE(box[0], 0.1 * std::sqrt(92.0));
  EXPECT_LE(box[0], 0.13 * std::sqrt(92.0));
  EXPECT_GE(box[1], 20.0 * std::sqrt(92.0));
  EXPECT_LE(box[1], 26.0 * std::sqrt(92.0));
}

TEST(DecayBox, WellsFarFromTheMiddle) {
  const Vector box = decay_box(1, [](const Vector& x) { return 3.0 * x[0] * x[0] - 0.01 * std::pow(x[0], 4); });
  const double edge = std::sqrt(150.0 + std::sqrt(4600.0));  // f is 46 below its largest value, 225
  EXPECT_GE(box[0], edge);
  EXPECT_LE(box[0], 1.3 * edge);
}

TEST(DecayBox, RefusesWhatDoesNotDecay) {
  EXPECT_THROW(decay_box(2, [](const Vector& x) { return -x[0] * x[0]; }), UsageError);
}

}  // namespace
}  // namespace nnft::decay_box_test
