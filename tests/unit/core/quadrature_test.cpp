#include "nnft/core/quadrature.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "nnft/core/error.hpp"

namespace nnft::quadrature_test {
namespace {

// Exact up to degree 2n − 1, not at degree 2n.
TEST(Quadrature, GaussLegendreIsExactForPolynomials) {
  for (const int points : {1, 2, 5, 12, 40}) {
    const QuadratureRule rule = gauss_legendre(points);
    const auto moment = [&](int degree) {
      double sum = 0.0;
      for (std::size_t k = 0; k < rule.size(); ++k) sum += rule.weights[k] * std::pow(rule.nodes[k], degree);
      return sum;
    };
    EXPECT_NEAR(moment(2 * points - 2), 2.0 / (2 * points - 1), 1e-14);
    EXPECT_NEAR(moment(2 * points - 1), 0.0, 1e-14);
    if (points <= 5) {
      EXPECT_GT(std::abs(moment(2 * points) - 2.0 / (2 * points + 1)), 1e-4);
    }
  }
  EXPECT_THROW(gauss_legendre(0), UsageError);
}

// |x − 0.3| has a kink: exact if an interval ends there.
TEST(Quadrature, CompositeRespectsEnds) {
  const QuadratureRule rule = composite(gauss_legendre(2), sorted_ends(-1.0, 2.0, {0.3, 5.0, 0.3, std::nan("")}), 0.4);
  double sum = 0.0;
  for (std::size_t k = 0; k < rule.size(); ++k) sum += rule.weights[k] * std::abs(rule.nodes[k] - 0.3);
  EXPECT_NEAR(sum, 0.5 * (1.3 * 1.3 + 1.7 * 1.7), 1e-14);
  EXPECT_EQ(rule.size(), 2u * (4 + 5));
}

}  // namespace
}  // namespace nnft::quadrature_test
