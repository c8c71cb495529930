#include "nnft/theory/weight_rule.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "nnft/core/error.hpp"

namespace nnft::weight_rule_test {
namespace {

// E[u²] = 1 and E[u⁴] of each density, in one and two dimensions.
TEST(WeightRule, MomentsOfDensities) {
  for (const ParameterDensity& density :
       {ParameterDensity{}, ParameterDensity{DensityShape::uniform, 0.0}, ParameterDensity{DensityShape::laplace, 0.0},
        ParameterDensity{DensityShape::student_t, 5.0}, ParameterDensity{DensityShape::rademacher, 0.0}})
    for (const int dimension : {1, 2}) {
      double norm = 0.0, second = 0.0, fourth = 0.0;
      WeightRule(RowMatrix::Identity(dimension, dimension), density, {4.0, true}).visit(1, [&](const WeightNodes& nodes) {
        norm += nodes.weights.sum();
        second += nodes.values.row(0).array().square().matrix() * nodes.weights;
        fourth += nodes.values.row(0).array().pow(4).matrix() * nodes.weights;
      });
      EXPECT_NEAR(norm, 1.0, 1e-12) << to_string(density.shape);
      EXPECT_NEAR(second, 1.0, 1e-11) << to_string(density.shape);
      EXPECT_NEAR(fourth / density.moment(4), 1.0, 1e-10) << to_string(density.shape);
    }
}

TEST(WeightRule, Refuses) {
  EXPECT_THROW(WeightRule(RowMatrix::Ones(1, 3), {DensityShape::uniform, 0.0}, {}), UsageError);
  EXPECT_NO_THROW(WeightRule(RowMatrix::Ones(1, 16), {DensityShape::rademacher, 0.0}, {}));
  EXPECT_THROW(WeightRule(RowMatrix::Ones(1, 17), {DensityShape::rademacher, 0.0}, {}), UsageError);
  EXPECT_THROW(WeightRule(RowMatrix::Ones(1, 1), {DensityShape::student_t, 4.1}, {4.0, false}), UsageError);
}

}  // namespace
}  // namespace nnft::weight_rule_test
