#include "nnft/field/deformations/shared_scale.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "nnft/core/error.hpp"
#include "nnft/random/variates.hpp"

namespace nnft::shared_scale_test {
namespace {

TEST(SharedScale, IsTheQuantileOfOneUniformThatAllStrengthsShare) {
  const Stream stream(3, 8);
  for (std::uint64_t sample = 0; sample < 100; ++sample) {
    std::array<double, 2 * batch_samples> uniforms{};
    variate_kernels(SimdPath::generic).uniforms(stream, {Purpose::shared_scale, sample, 0, 1}, uniforms.data());
    const double u = uniforms[0] + 0.5;
    // Strength 1 is exponential.
    EXPECT_NEAR(shared_scale_of(stream, sample, 1.0, SimdPath::generic), -std::log1p(-u), 1e-13);
    EXPECT_EQ(shared_scale_of(stream, sample, 0.0, SimdPath::generic), 1.0);
  }
}

TEST(SharedScale, IsContinuousWhereItsExpansionBegins) {
  const Stream stream(3, 8);
  for (std::uint64_t sample = 0; sample < 100; ++sample) {
    const double below = shared_scale_of(stream, sample, 0.999999e-8, SimdPath::generic);
    const double above = shared_scale_of(stream, sample, 1.000001e-8, SimdPath::generic);
    EXPECT_NEAR(below, above, 1e-9);  // √α z changes by 1e-10 z
    EXPECT_NEAR(above, 1.0, 1e-3);
  }
  EXPECT_NEAR(shared_scale_of(stream, 0, 1e-300, SimdPath::generic), 1.0, 1e-15);
}

TEST(SharedScale, HasMeanOneAndItsStrengthAsVariance) {
  const Stream stream(3, 8);
  constexpr int count = 20000;
  double sum = 0.0, squares = 0.0;
  for (std::uint64_t sample = 0; sample < count; ++sample) {
    const double deviation = shared_scale_of(stream, sample, 0.5, SimdPath::generic) - 1.0;
    sum += deviation;
    squares += deviation * deviation;
  }
  EXPECT_LT(std::abs(sum / count), 4.0 * std::sqrt(0.5 / count));
  // κ₄ + 2κ₂² = 6α³ + 2α²
  EXPECT_LT(std::abs(squares / count - 0.5), 4.0 * std::sqrt((6.0 * 0.125 + 2.0 * 0.25) / count));
}

TEST(SharedScale, RefusesStrengthsBelowZero) {
  EXPECT_THROW(shared_scale_of(Stream(3, 8), 0, -0.1, SimdPath::generic), UsageError);
}

}  // namespace
}  // namespace nnft::shared_scale_test
