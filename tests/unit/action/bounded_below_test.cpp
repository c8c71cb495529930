#include "nnft/action/bounded_below.hpp"

#include <gtest/gtest.h>

#include <Eigen/QR>
#include <cmath>

#include "nnft/action/lowest_field.hpp"
#include "nnft/core/packed_index.hpp"

namespace nnft::bounded_below_test {
namespace {

/// g of Σ_k c_k (u_k·φ)^degree, the rows of `directions` being u_k.
Couplings powers_of(const RowMatrix& directions, const Vector& c, int degree) {
  const PackedIndex index(static_cast<int>(directions.cols()), degree);
  Couplings g{degree, Vector::Zero(index.size())};
  for (int t = 0; t < index.size(); ++t)
    for (Eigen::Index k = 0; k < directions.rows(); ++k) {
      double product = c[k];
      for (int leg = 0; leg < degree; ++leg) product *= directions(k, index.tuple(t)[leg]);
      g.packed[t] += product;
    }
  return g;
}

RowMatrix orthogonal(int sites) {
  std::srand(7);
  return Eigen::HouseholderQR<Eigen::MatrixXd>(Eigen::MatrixXd::Random(sites, sites)).householderQ() *
         Eigen::MatrixXd::Identity(sites, sites);
}

TEST(BoundedBelow, SignDecidesAtOneSite) {
  const Vector one = Vector::Ones(1);
  EXPECT_FALSE(falling_direction(SiteAction(1, {{2, -3.0 * one}, {4, 0.1 * one}})));
  EXPECT_FALSE(falling_direction(SiteAction(1, {{2, one}, {4, -one}, {6, 1e-3 * one}})));
  const auto falling = falling_direction(SiteAction(1, {{2, one}, {4, -0.25 * one}}));
  ASSERT_TRUE(falling);
  EXPECT_EQ(falling->degree, 4);
  EXPECT_EQ(falling->value, -0.25);
  EXPECT_EQ(falling->direction[0], 1.0);
  EXPECT_EQ(falling_direction(SiteAction(3, {}))->degree, 0);
}

TEST(BoundedBelow, QuadraticActionsNeedPositiveDefiniteCouplings) {
  EXPECT_FALSE(falling_direction(SiteAction(2, {{2, (Vector(3) << 1.0, 0.9, 1.0).finished()}})));
  const auto falling = falling_direction(SiteAction(2, {{2, (Vector(3) << 1.0, 1.1, 1.0).finished()}}));
  ASSERT_TRUE(falling);
  EXPECT_NEAR(falling->value, -0.1, 1e-14);
  EXPECT_NEAR(std::abs(falling->direction[0] - falling->direction[1]), std::sqrt(2.0), 1e-14);
  // Positive semidefinite is not enough.
  EXPECT_TRUE(falling_direction(SiteAction(2, {{2, (Vector(3) << 1.0, 1.0, 1.0).finished()}})));
}

/// Σ c_k (u_k·φ)⁴ over orthonormal u_k has its minima on the sphere at ±u_k where c_k < 0, and for positive c the lowest value is
/// 1/Σ 1/c_k.
TEST(BoundedBelow, FindsTheNarrowDirection) {
  for (const int sites : {2, 4, 7}) {
    const RowMatrix u = orthogonal(sites);
    Vector c = Vector::LinSpaced(sites, 1.0, 2.0);
    EXPECT_FALSE(falling_direction(SiteAction(sites, {powers_of(u, c, 4)}))) << sites;
    EXPECT_FALSE(falling_direction(SiteAction(sites, {powers_of(u, c, 6)}))) << sites;
    c[sites - 1] = -0.05;
    for (const int degree : {4, 6}) {
      const auto falling = falling_direction(SiteAction(sites, {powers_of(u, c, degree)}));
      ASSERT_TRUE(falling) << sites;
      EXPECT_EQ(falling->degree, degree);
      EXPECT_NEAR(falling->value, -0.05, 1e-9);
      EXPECT_NEAR(std::abs(falling->direction.dot(u.row(sites - 1))), 1.0, 1e-6);
    }
  }
}

TEST(BoundedBelow, AFormThatVanishesSomewhereIsRefused) {
  // φ₀⁴ alone does not grow along φ₁.
  const auto falling = falling_direction(
      SiteAction(2, {{2, (Vector(3) << 1.0, 0.0, 1.0).finished()}, {4, (Vector(5) << 1.0, 0.0, 0.0, 0.0, 0.0).finished()}}));
  ASSERT_TRUE(falling);
  EXPECT_NEAR(falling->direction[1], 1.0, 1e-3);
}

TEST(LowestField, IsZeroWithoutWells) {
  EXPECT_TRUE(lowest_field(SiteAction(2, {{2, (Vector(3) << 1.0, 0.5, 1.0).finished()}})).isZero(0.0));
  // S = ½φ² − φ⁴/100 + φ⁶/10⁴ has a second minimum, where S is positive: 0.01² < 4 · 0.5 · 10⁻⁴.
  const auto at = [](double g2, double g4, double g6) {
    return lowest_field(
        SiteAction(1, {{2, Vector::Constant(1, g2)}, {4, Vector::Constant(1, g4)}, {6, Vector::Constant(1, g6)}}));
  };
  EXPECT_TRUE(at(0.5, -0.01, 1e-4).isZero(0.0));
  // dS/dx = ½ − x/100 + 3·10⁻⁵x² = 0 of x = φ²: the far minimum is at x = (0.01 + √(10⁻⁴ − 6·10⁻⁵))/(6·10⁻⁵).
  EXPECT_NEAR(at(0.5, -0.005, 1e-5).squaredNorm(), (0.01 + std::sqrt(4e-5)) / 6e-5, 1e-3);
}

TEST(LowestField, IsAtTheBottomOfTheWells) {
  const RowMatrix u = orthogonal(5);
  const Vector c = Vector::LinSpaced(5, -1.0, -2.0), g = Vector::Constant(5, 0.5);
  const SiteAction action(5, {powers_of(u, c, 2), powers_of(u, g, 4)});
  const Vector lowest = lowest_field(action);
  // All wells at once, since they do not feel each other.
  EXPECT_NEAR(action.value(lowest), -c.squaredNorm() / (4.0 * 0.5), 1e-6);
  for (int k = 0; k < 5; ++k) EXPECT_NEAR(std::abs(u.row(k).dot(lowest)), std::sqrt(-c[k] / (2.0 * 0.5)), 1e-3);
}

}  // namespace
}  // namespace nnft::bounded_below_test
