#include "nnft/action/edgeworth.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "nnft/action/leg_transform.hpp"
#include "nnft/action/mode_basis.hpp"
#include "nnft/core/error.hpp"

namespace nnft::edgeworth_test {
namespace {

Vector one(double value) { return Vector::Constant(1, value); }

double hermite(int n, double x) { return n == 0 ? 1.0 : n == 1 ? x : x * hermite(n - 1, x) - (n - 1) * hermite(n - 2, x); }

/// A grid of midpoints over [−range, range] in each direction, shape (points, sites), and the volume of a cell.
struct Grid {
  RowMatrix points;
  double volume;
  Grid(int sites, double range, int cells) : volume(std::pow(2.0 * range / cells, sites)) {
    const auto middle = [&](int k) { return range * ((2.0 * k + 1.0) / cells - 1.0); };
    points.resize(sites == 1 ? cells : cells * cells, sites);
    for (int i = 0; i < points.rows(); ++i) {
      points(i, 0) = middle(sites == 1 ? i : i / cells);
      if (sites == 2) points(i, 1) = middle(i % cells);
    }
  }
};

TEST(Edgeworth, OneSiteIsTheSeriesInHermitePolynomials) {
  const double variance = 0.5, k4 = 0.02, k6 = -0.013, k8 = 0.021;
  const std::vector<Vector> cumulants = {one(variance), one(k4), one(k6), one(k8)};
  const RowMatrix points = (RowMatrix(3, 1) << 0.0, 0.6, -1.7).finished();
  const RowMatrix densities = EdgeworthDensity(1, 3).evaluate(cumulants, points);
  ASSERT_EQ(densities.rows(), 4);
  for (Eigen::Index p = 0; p < points.rows(); ++p) {
    const double x = points(p, 0) / std::sqrt(variance);
    const double c4 = k4 / std::pow(variance, 2) / 24, c6 = k6 / std::pow(variance, 3) / 720,
                 c8 = k8 / std::pow(variance, 4) / 40320;
    const double normal = std::exp(-0.5 * x * x) / std::sqrt(2.0 * std::numbers::pi * variance);
    double factor = 1.0;
    EXPECT_NEAR(densities(0, p), normal * factor, 1e-14);
    factor += c4 * hermite(4, x);
    EXPECT_NEAR(densities(1, p), normal * factor, 1e-14);
    factor += c6 * hermite(6, x) + c4 * c4 / 2 * hermite(8, x);
    EXPECT_NEAR(densities(2, p), normal * factor, 1e-14);
    factor += c8 * hermite(8, x) + c4 * c6 * hermite(10, x) + c4 * c4 * c4 / 6 * hermite(12, x);
    EXPECT_NEAR(densities(3, p), normal * factor, 1e-13);
  }
}

/// Its moments are those that its cumulants imply, exactly: the series only reorders them.
TEST(Edgeworth, TwoSitesHaveTheirMoments) {
  const std::vector<Vector> cumulants = {(Vector(3) << 1.0, 0.3, 0.7).finished(),
                                         (Vector(5) << 0.1, -0.05, 0.08, 0.02, -0.1).finished(), Vector::Constant(7, 0.01)};
  const Grid grid(2, 12.0, 240);
  const RowMatrix densities = EdgeworthDensity(2, 2).evaluate(cumulants, grid.points);
  const auto moment = [&](int order, int a, int b) {
    double sum = 0.0;
    for (Eigen::Index p = 0; p < grid.points.rows(); ++p)
      sum += grid.volume * densities(order, p) * std::pow(grid.points(p, 0), a) * std::pow(grid.points(p, 1), b);
    return sum;
  };
  for (int order = 0; order <= 2; ++order) {
    EXPECT_NEAR(moment(order, 0, 0), 1.0, 1e-10);
    EXPECT_NEAR(moment(order, 1, 1), 0.3, 1e-10);
    EXPECT_NEAR(moment(order, 2, 2), 0.7 + 2 * 0.09 + (order > 0 ? 0.08 : 0.0), 1e-9);
    EXPECT_NEAR(moment(order, 3, 1), 3 * 0.3 + (order > 0 ? -0.05 : 0.0), 1e-9);
  }
  // ⟨φ₁⁶⟩ = κ₆ + 15κ₄κ₂ + 15κ₂³, with κ₆ from order 2 on.
  EXPECT_NEAR(moment(1, 6, 0), 15 * 0.1 + 15, 1e-8);
  EXPECT_NEAR(moment(2, 6, 0), 0.01 + 15 * 0.1 + 15, 1e-8);
}

TEST(Edgeworth, IndependentSitesFactorise) {
  const std::vector<Vector> first = {one(0.8), one(0.05)}, second = {one(1.2), one(-0.1)};
  const std::vector<Vector> both = {(Vector(3) << 0.8, 0.0, 1.2).finished(), (Vector(5) << 0.05, 0.0, 0.0, 0.0, -0.1).finished()};
  const RowMatrix points = (RowMatrix(2, 2) << 0.3, -1.0, 2.0, 0.5).finished();
  const RowMatrix joint = EdgeworthDensity(2, 1).evaluate(both, points);
  const RowMatrix a = EdgeworthDensity(1, 1).evaluate(first, points.col(0));
  const RowMatrix b = EdgeworthDensity(1, 1).evaluate(second, points.col(1));
  for (Eigen::Index p = 0; p < 2; ++p) {
    EXPECT_NEAR(joint(0, p), a(0, p) * b(0, p), 1e-15);
    // Through order 1: without the product of both corrections, which is of order 2.
    EXPECT_NEAR(joint(1, p), a(1, p) * b(0, p) + a(0, p) * b(1, p) - a(0, p) * b(0, p), 1e-15);
  }
}

TEST(Edgeworth, RefusesWhatDoesNotFit) {
  const std::vector<Vector> too_few = {one(1.0)}, singular = {Vector::Ones(3)};
  EXPECT_THROW(EdgeworthDensity(1, 1).evaluate(too_few, RowMatrix::Zero(1, 1)), ShapeError);
  EXPECT_THROW(EdgeworthDensity(2, 0).evaluate(singular, RowMatrix::Zero(1, 2)), SingularError);
  EXPECT_THROW(EdgeworthDensity(1, -1), ShapeError);
}

}  // namespace
}  // namespace nnft::edgeworth_test
