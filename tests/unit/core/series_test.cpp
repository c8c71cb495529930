#include "nnft/core/series.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace nnft::series_test {
namespace {

TEST(SeriesBasis, ListsMonomialsByTotalOrder) {
  const SeriesBasis basis(2, 2);
  ASSERT_EQ(basis.size(), 6);
  EXPECT_EQ(basis.index(0), (MultiIndex{0, 0, 0}));
  EXPECT_EQ(basis.index(1), (MultiIndex{1, 0, 0}));
  EXPECT_EQ(basis.index(2), (MultiIndex{0, 1, 0}));
  EXPECT_EQ(basis.index(4), (MultiIndex{1, 1, 0}));
  EXPECT_EQ(basis.product(1, 2), 4);
  EXPECT_EQ(basis.product(3, 1), -1);
  EXPECT_EQ(basis.factorial(3), 2.0);
  EXPECT_EQ(SeriesBasis(3, 3).size(), SeriesBasis::max_size);
  EXPECT_EQ(SeriesBasis(0, 3).size(), 1);
  EXPECT_THROW(SeriesBasis(4, 1), ShapeError);
}

/// f = e^{s + 2t + 3st}/(1 − s + t), whose derivatives are differences of f.
double f(double s, double t) { return std::exp(s + 2.0 * t + 3.0 * s * t) / (1.0 - s + t); }

TEST(Series, GivesDerivativesOfProductsQuotientsAndFunctions) {
  const SeriesBasis basis(2, 3);
  Series<double> s(basis), t(basis);
  s[basis.position({1, 0, 0})] = 1.0;
  t[basis.position({0, 1, 0})] = 1.0;
  const Series<double> exponent = s + 2.0 * t + 3.0 * (s * t);
  const Series<double> value = compose(exponent, {1.0, 1.0, 1.0, 1.0}) / (Series<double>(basis, 1.0) - s + t);
  const double h = 1e-3;
  const auto derivative = [&](const MultiIndex& index) {
    const int k = basis.position(index);
    return value[k] * basis.factorial(k);
  };
  EXPECT_EQ(value[0], 1.0);
  EXPECT_NEAR(derivative({1, 0, 0}), (f(h, 0) - f(-h, 0)) / (2 * h), 1e-4);
  EXPECT_NEAR(derivative({0, 2, 0}), (f(0, h) - 2 * f(0, 0) + f(0, -h)) / (h * h), 1e-4);
  EXPECT_NEAR(derivative({1, 1, 0}), (f(h, h) - f(h, -h) - f(-h, h) + f(-h, -h)) / (4 * h * h), 1e-4);
  EXPECT_NEAR(derivative({1, 2, 0}),
              ((f(h, h) - 2 * f(h, 0) + f(h, -h)) - (f(-h, h) - 2 * f(-h, 0) + f(-h, -h))) / (2 * h * h * h), 1e-3);
}

TEST(Series, QuotientTimesDivisorIsTheDividend) {
  const SeriesBasis basis(3, 3);
  Series<long double> a(basis), b(basis);
  for (int k = 0; k < basis.size(); ++k) {
    a[k] = 1.0L / (k + 1);
    b[k] = 2.0L - 0.3L * k;
  }
  const Series<long double> back = a / b * b;
  for (int k = 0; k < basis.size(); ++k) EXPECT_NEAR(static_cast<double>(back[k]), static_cast<double>(a[k]), 1e-14);
}

}  // namespace
}  // namespace nnft::series_test
