#include "nnft/core/portable_math.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "nnft/core/gauss_legendre_panel.hpp"

namespace nnft::portable_math_test {
namespace {

TEST(PortablePower, IsThePower) {
  for (const double x : {1e-12, 0.3, 0.9999, 1.0, 1.5, 7.0, 1e9})
    for (const double exponent : {-1.0, -0.37, 0.0, 0.5, 1.0 / 3.0, 1.0})
      EXPECT_NEAR(static_cast<double>(portable_power(x, exponent) /
                                      std::pow(static_cast<long double>(x), static_cast<long double>(exponent))),
                  1.0, 1e-16);
}

TEST(PortableExp, IsTheExponentialAndVanishesFarBelow) {
  for (const long double x : {-11000.0L, -700.3L, -1.0L, -1e-9L, 0.0L, 0.4L, 30.0L, 9000.0L})
    EXPECT_NEAR(static_cast<double>(portable_exp(x) / std::exp(x)), 1.0, 1e-18 * (1.0 + std::abs(static_cast<double>(x))));
  EXPECT_EQ(portable_exp(-12000.0L), 0.0L);
  EXPECT_EQ(portable_exp(-1e30L), 0.0L);
}

TEST(PortableLog, IsTheLogarithmAlsoNearOne) {
  for (const long double u : {-0.999L, -0.31L, -0.29L, -1e-3L, -1e-9L, 1e-9L, 1e-4L, 0.39L, 0.41L, 5.0L, 1e9L}) {
    EXPECT_NEAR(static_cast<double>(portable_log(1.0L + u) - std::log(1.0L + u)), 0.0, 1e-18);
    long double series = 0.0L;  // log(1 + u) − u
    for (int k = 200; k > 1; --k) series += (k % 2 == 0 ? -1.0L : 1.0L) * std::pow(u, static_cast<long double>(k)) / k;
    const long double reference = std::abs(u) < 0.5L ? series : std::log(1.0L + u) - u;
    EXPECT_NEAR(static_cast<double>(portable_log1p_minus(u) / reference), 1.0, 2e-18) << static_cast<double>(u);
  }
}

TEST(GaussLegendrePanel, IsExactForPolynomialsOfDegree31) {
  const auto power = [](int n) { return [n](long double x) { return std::pow(x, static_cast<long double>(n)); }; };
  EXPECT_NEAR(static_cast<double>(gauss_legendre_panel(power(31), 0.5L, 2.0L) /
                                  ((std::pow(2.0L, 32.0L) - std::pow(0.5L, 32.0L)) / 32.0L)),
              1.0, 1e-16);
  EXPECT_GT(std::abs(static_cast<double>(gauss_legendre_panel(power(60), -1.0L, 1.0L) * 61.0L / 2.0L) - 1.0), 1e-16);
}

}  // namespace
}  // namespace nnft::portable_math_test
