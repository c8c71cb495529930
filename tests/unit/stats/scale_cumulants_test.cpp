#include "nnft/stats/scale_cumulants.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace nnft::scale_cumulants_test {
namespace {

using Polynomial = std::vector<double>;

/// Without the zeros at its end.
Polynomial trimmed(Polynomial polynomial) {
  while (polynomial.size() > 1 && polynomial.back() == 0.0) polynomial.pop_back();
  return polynomial;
}

// κ_n(v) = (n − 1)! α^(n−1).
TEST(ScaleCumulants, OfTheScaleItselfAreThoseOfAGammaVariable) {
  EXPECT_EQ(trimmed(scale_cumulant({1})), (Polynomial{1}));
  EXPECT_EQ(trimmed(scale_cumulant({1, 1})), (Polynomial{0, 1}));
  EXPECT_EQ(trimmed(scale_cumulant({1, 1, 1})), (Polynomial{0, 0, 2}));
  EXPECT_EQ(trimmed(scale_cumulant({1, 1, 1, 1})), (Polynomial{0, 0, 0, 6}));
}

TEST(ScaleCumulants, OfPowersAreThoseOfTheirMoments) {
  EXPECT_EQ(trimmed(scale_cumulant({3})), (Polynomial{1, 3, 2}));
  EXPECT_EQ(trimmed(scale_cumulant({2, 1})), (Polynomial{0, 2, 2}));      // (1 + α)(1 + 2α) − (1 + α)
  EXPECT_EQ(trimmed(scale_cumulant({3, 1})), (Polynomial{0, 3, 9, 6}));   // (1 + α)(1 + 2α)·3α
  EXPECT_EQ(trimmed(scale_cumulant({2, 2})), (Polynomial{0, 4, 10, 6}));  // (1 + α)((1 + 2α)(1 + 3α) − (1 + α))
  EXPECT_EQ(trimmed(scale_cumulant({1, 2})), trimmed(scale_cumulant({2, 1})));
  EXPECT_EQ(trimmed(scale_cumulant({2, 1, 1})), trimmed(scale_cumulant({1, 2, 1})));
  // E[v⁴] − E[v²]E[v²] − 2E[v³]E[v] + 2E[v²]: 1 + 6α + 11α² + 6α³ − (1 + 2α + α²) − 2(1 + 3α + 2α²) + 2 + 2α.
  EXPECT_EQ(trimmed(scale_cumulant({2, 1, 1})), (Polynomial{0, 0, 6, 6}));
}

}  // namespace
}  // namespace nnft::scale_cumulants_test
