#include "nnft/theory/direction_rule.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "nnft/core/error.hpp"

namespace nnft::direction_rule_test {
namespace {

// Averages over the sphere of |u_1| and u_1²: 1, 2/π, 1/2 and 1, 1/2, 1/3; the kink is at an end in every dimension.
TEST(DirectionRule, KnownAverages) {
  const double absolute[] = {1.0, 2.0 / std::numbers::pi, 0.5};
  for (int dimension = 1; dimension <= 3; ++dimension)
    for (int axis = 0; axis < dimension; ++axis) {
      RowMatrix loadings = RowMatrix::Zero(2, dimension);
      loadings(0, axis) = 1.0;
      loadings.row(1).setConstant(0.3);
      double norm = 0.0, mean = 0.0, square = 0.0;
      DirectionRule(loadings).visit(1, [&](const DirectionNodes& nodes) {
        norm += nodes.weights.sum();
        mean += nodes.values.row(0).cwiseAbs() * nodes.weights;
        square += nodes.values.row(0).cwiseAbs2() * nodes.weights;
      });
      EXPECT_NEAR(norm, 1.0, 1e-13) << dimension << axis;
      EXPECT_NEAR(mean, absolute[dimension - 1], 1e-13) << dimension << axis;
      EXPECT_NEAR(square, 1.0 / dimension, 1e-13) << dimension << axis;
    }
  EXPECT_THROW(DirectionRule(RowMatrix::Ones(1, 4)), UsageError);
}

}  // namespace
}  // namespace nnft::direction_rule_test
