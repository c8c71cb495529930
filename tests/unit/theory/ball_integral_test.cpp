#include "nnft/theory/ball_integral.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "nnft/core/error.hpp"

namespace nnft::ball_integral_test {
namespace {

// Volumes, and the Fourier transform of the ball: 2 sin(Λr)/r, 2πΛJ₁(Λr)/r, 4π(sin Λr − Λr cos Λr)/r³, far out too.
TEST(BallIntegral, FourierTransformOfTheBall) {
  const double cutoff = 3.0, pi = std::numbers::pi;
  for (const double r : {1e-9, 0.7, 5.0, 200.0}) {
    const double z = cutoff * r;
    const bool small = r < 1e-6;
    const double expected[] = {small ? 2 * cutoff : 2 * std::sin(z) / r,
                               small ? pi * 9.0 : 2 * pi * cutoff * std::cyl_bessel_j(1.0, z) / r,
                               small ? 36.0 * pi : 4 * pi * (std::sin(z) - z * std::cos(z)) / (r * r * r)};
    for (int d = 1; d <= 3; ++d)
      EXPECT_NEAR((MomentumBall{d, cutoff, 0.8}.integral(0.0, r)), expected[d - 1], 1e-12 * std::pow(3.0, d)) << d << ' ' << r;
  }
  EXPECT_THROW((MomentumBall{4, 1.0, 1.0}.integral(0.0, 1.0)), UsageError);
}

// A mass far below the cutoff: atan(Λ/m)·2/m.
TEST(BallIntegral, SmallMass) {
  EXPECT_NEAR((MomentumBall{1, 5.0, 1e-6}.integral(-1.0, 0.0)) / (2e6 * std::atan(5e6)), 1.0, 1e-13);
}

}  // namespace
}  // namespace nnft::ball_integral_test
