#include "nnft/sampling/finite_differences.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "nnft/core/error.hpp"

namespace nnft::finite_differences_test {
namespace {

constexpr double anywhere = -std::numeric_limits<double>::infinity();

/// The derivatives of `order` as the stencil has it.
double derivative(const Stencil& stencil, int order, const std::function<double(double)>& f) {
  long double sum = 0.0L;
  for (Eigen::Index k = 0; k < stencil.nodes.size(); ++k)
    sum += static_cast<long double>(stencil.weights(order - 1, k)) * f(stencil.nodes[k]);
  return static_cast<double>(sum);
}

/// Σ |w f|, of which a few 2^-53 are rounding.
double weight(const Stencil& stencil, int order, const std::function<double(double)>& f) {
  double sum = 0.0;
  for (Eigen::Index k = 0; k < stencil.nodes.size(); ++k) sum += std::abs(stencil.weights(order - 1, k) * f(stencil.nodes[k]));
  return sum;
}

TEST(FiniteDifferences, AreExactForPolynomials) {
  for (const double least : {anywhere, 0.3})
    for (const double step : {1e-3, 0.07, 2.0}) {
      const double x = 0.3;
      const Stencil stencil = derivative_stencil(x, step, least);
      const int degree = least == anywhere ? 4 : 5;
      ASSERT_EQ(stencil.nodes.size(), degree + 1);
      for (int n = 0; n <= degree + 2; ++n) {
        const auto power = [&](double y) { return std::pow(y - x, n); };
        for (const int order : {1, 2}) {
          const double exact = n == order ? order : 0.0;
          const double error = std::abs(derivative(stencil, order, power) - exact);
          // Weights are rounded after they were solved for, and nodes before.
          const double rounding = 8.0 * std::numeric_limits<double>::epsilon() * weight(stencil, order, power);
          // A symmetric second difference is exact for odd powers.
          if (n <= degree || (least == anywhere && n == 5 && order == 2)) {
            EXPECT_LE(error, rounding) << "degree " << n << " order " << order << " step " << step;
          } else if (n == degree + 1) {
            EXPECT_GT(error, 1e3 * rounding) << "degree " << n << " order " << order << " step " << step;
          }
        }
      }
    }
}

TEST(FiniteDifferences, BeginAtThePointAndStayAboveTheLeast) {
  for (const double x : {0.0, 0.019, 0.02, 0.5}) {
    const Stencil stencil = derivative_stencil(x, 0.01, 0.0);
    EXPECT_EQ(stencil.nodes[0], x);
    EXPECT_GE(stencil.nodes.minCoeff(), 0.0);
    EXPECT_EQ(stencil.nodes.size(), x >= 0.02 ? 5 : 6);
    EXPECT_LE(stencil.nodes.size(), most_stencil_nodes);
    EXPECT_EQ(stencil.weights.rows(), 2);
    EXPECT_EQ(stencil.weights.cols(), stencil.nodes.size());
  }
}

// Of e^x, half the step divides the error by 2^order, up to the next order's relative part of order step.
TEST(FiniteDifferences, HaveTheOrderOfTheirErrors) {
  const auto f = [](double y) { return std::exp(y); };
  const auto error = [&](double step, double least, int order) {
    return std::abs(derivative(derivative_stencil(1.0, step, least), order, f) - std::exp(1.0));
  };
  for (const double least : {anywhere, 1.0})
    for (const int order : {1, 2}) {
      const double ratio = error(0.04, least, order) / error(0.02, least, order);
      const double expected = least == 1.0 && order == 1 ? 32.0 : 16.0;
      EXPECT_NEAR(ratio, expected, 0.15 * expected) << "least " << least << " order " << order;
    }
}

// Nodes as they are, rounded: the spacing at 1e6 is 1e-10, a hundredth of the step.
TEST(FiniteDifferences, KnowTheRoundingOfTheirNodes) {
  const double x = 1e6 + 0.3, step = 1.1e-8;
  const Stencil stencil = derivative_stencil(x, step, anywhere);
  const auto square = [&](double y) { return (y - x) * (y - x); };
  EXPECT_NEAR(derivative(stencil, 2, square), 2.0, 1e-14);
  double naive = 0.0;
  const double plain[] = {-2.5, 4.0 / 3, 4.0 / 3, -1.0 / 12, -1.0 / 12};
  for (Eigen::Index k = 0; k < 5; ++k) naive += plain[k] * square(stencil.nodes[k]) / (step * step);
  EXPECT_GT(std::abs(naive - 2.0), 1e-4);
}

TEST(FiniteDifferences, RefuseStepsLostInRounding) {
  EXPECT_THROW(derivative_stencil(0.5, 1e-17, anywhere), UsageError);
  EXPECT_THROW(derivative_stencil(0.5, 0.0, anywhere), UsageError);
  EXPECT_THROW(derivative_stencil(0.0, std::numeric_limits<double>::infinity(), 0.0), UsageError);
  EXPECT_THROW(derivative_stencil(std::nan(""), 0.1, 0.0), UsageError);
  EXPECT_NO_THROW(derivative_stencil(0.0, 1e-100, 0.0));
}

}  // namespace
}  // namespace nnft::finite_differences_test
