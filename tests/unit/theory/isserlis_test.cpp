#include "nnft/theory/isserlis.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace nnft::isserlis_test {
namespace {

TEST(Isserlis, ClosedFormsAtOneSite) {
  const RowMatrix g = RowMatrix::Constant(1, 1, 0.8);
  const int four[] = {0, 0, 0, 0}, two[] = {0, 0}, one[] = {0};
  EXPECT_NEAR(gaussian_product(g, four), 3 * 0.64, 1e-15);
  EXPECT_EQ(gaussian_product(g, one), 0.0);
  // cos² = (1 + cos 2z)/2, sin² = (1 − cos 2z)/2, sin⁴ = (3 − 4 cos 2z + cos 4z)/8.
  EXPECT_NEAR(gaussian_cos_product(g, two), 0.5 * (1 + std::exp(-1.6)), 1e-15);
  EXPECT_NEAR(gaussian_sin_product(g, two), 0.5 * (1 - std::exp(-1.6)), 1e-15);
  EXPECT_NEAR(gaussian_sin_product(g, four), (3 - 4 * std::exp(-1.6) + std::exp(-6.4)) / 8, 1e-15);
  EXPECT_NEAR(gaussian_cos_product(g, one), std::exp(-0.4), 1e-15);
}

}  // namespace
}  // namespace nnft::isserlis_test
