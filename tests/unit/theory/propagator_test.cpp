#include "nnft/theory/propagator.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "nnft/core/error.hpp"
#include "nnft/field/node_grid.hpp"
#include "nnft/theory/free_scalar_moments.hpp"

namespace nnft::propagator_test {
namespace {

double by_ball_integral(const MomentumBall& ball, double distance) {
  return ball.integral(-1.0, distance) / std::pow(2.0 * std::numbers::pi, ball.dimension);
}

// The independent quadrature is good to 1e-13 of G(0); light and heavy masses, many wavelengths.
TEST(Propagator, RuleAndTableAreTheBallIntegral) {
  for (const int d : {1, 2, 3})
    for (const MomentumBall& ball : {MomentumBall{d, 4.0, 1.0}, MomentumBall{d, 8.0, 0.05}, MomentumBall{d, 1.0, 7.0}}) {
      const double longest = 23.0, coincident = by_ball_integral(ball, 0.0);
      const PropagatorRule rule(ball, longest);
      const PropagatorTable table(ball, longest);
      for (const double r : {0.0, 1e-9, 0.1, 0.7, 2.0, 2.3, 7.77, 15.999, 22.9, 23.0}) {
        EXPECT_NEAR(static_cast<double>(rule.at(r)), by_ball_integral(ball, r), 1e-13 * coincident) << d << " " << r;
        EXPECT_NEAR(static_cast<double>((table.at(r) - rule.at(r)) / rule.at(0.0L)), 0.0, 1e-16) << d << " " << r;
      }
    }
}

TEST(Propagator, IsTheClosedFormsAtDistanceZero) {
  constexpr double pi = std::numbers::pi;
  const auto at_zero = [](int d) { return static_cast<double>(PropagatorRule({d, 5.0, 0.7}, 10.0).at(0.0L)); };
  EXPECT_NEAR(at_zero(1), std::atan(5.0 / 0.7) / (pi * 0.7), 1e-15);
  EXPECT_NEAR(at_zero(2), std::log1p(25.0 / 0.49) / (4 * pi), 1e-15);
  EXPECT_NEAR(at_zero(3), (5.0 - 0.7 * std::atan(5.0 / 0.7)) / (2 * pi * pi), 1e-15);
}

// A grid is worked from a table, its first nodes alone are not.
TEST(Propagator, TableAndRuleGiveTheSameMatrix) {
  for (const int d : {1, 2, 3}) {
    const RowMatrix all = NodeGrid(d, 4.0, d == 1 ? 60 : d == 2 ? 12 : 6, NodeRule::gauss_legendre).coordinates();
    const FreeScalarSpec spec{1.0, 3.0, -1.0};
    const RowMatrix many = free_scalar_propagator(SiteSet(all), spec);
    const RowMatrix few = free_scalar_propagator(SiteSet(all.topRows(4)), spec);
    EXPECT_LE((many.topLeftCorner(4, 4) - few).cwiseAbs().maxCoeff(), 2e-16 * few(0, 0));
    EXPECT_EQ((many - many.transpose()).cwiseAbs().maxCoeff(), 0.0);
  }
}

TEST(Propagator, RefusesWhatIsNotInTheTable) {
  const PropagatorTable table({2, 4.0, 1.0}, 3.0);
  EXPECT_THROW(table.at(3.1L), UsageError);
  EXPECT_THROW(table.at(-0.1L), UsageError);
  EXPECT_THROW(PropagatorRule({4, 4.0, 1.0}, 3.0), UsageError);
}

}  // namespace
}  // namespace nnft::propagator_test
