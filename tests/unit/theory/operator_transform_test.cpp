#include "nnft/theory/operator_transform.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "nnft/core/error.hpp"

namespace nnft::operator_transform_test {
namespace {

/// ⟨e^{−V}φ_aφ_b⟩/⟨e^{−V}⟩ of a Gaussian field of unit variance and correlation r on two nodes, from its characteristic function.
double average(const OperatorTransform& at, double r, Eigen::Index a, Eigen::Index b) {
  RowMatrix g(2, 2);
  g << 1.0, r, r, 1.0;
  g = g.topLeftCorner(at.t.rows(), at.t.rows()).eval();
  double sum = 0.0, total = 0.0;
  for (Eigen::Index k = 0; k < at.weights.size(); ++k) {
    const Vector t = at.t.col(k), gt = g * t;
    const double weight = at.weights[k] * std::exp(-0.5 * t.dot(gt));
    total += weight;
    sum += weight * (g(a, b) - gt[a] * gt[b]);
  }
  return sum / total;
}

// A mass term makes the covariance (G⁻¹ − μ²w)⁻¹.
TEST(OperatorTransform, NegativeMassTerms) {
  const Vector reach = Vector::Constant(2, 10.0);
  const double mu2 = -1.5, w = 0.5, r = 0.6;
  const NodeGrid two(1, 1.0, 2, NodeRule::midpoint), one(1, 1.0, 1, NodeRule::midpoint);
  const double m = w * -mu2, det = (1 + m) * (1 + m) - m * m * r * r;
  const OperatorTransform at = operator_transform(FieldOperator(two, {.mu2 = mu2}), reach, 1.0);
  EXPECT_NEAR(average(at, r, 0, 0), (1 + m - m * r * r) / det, 1e-12);
  EXPECT_NEAR(average(at, r, 0, 1), r / det, 1e-12);
  EXPECT_NEAR(average(operator_transform(FieldOperator(one, {.mu2 = mu2}), reach.head(1), 1.0), 0.0, 0, 0), 1.0 / 2.5, 1e-12);
}

TEST(OperatorTransform, NothingInserted) {
  const NodeGrid three(1, 1.0, 3, NodeRule::midpoint);
  const OperatorTransform at = operator_transform(FieldOperator(three, {}), Vector::Ones(3), 1.0);
  EXPECT_EQ(at.weights.size(), 1);
  EXPECT_TRUE(at.t.isZero(0.0));
}

TEST(OperatorTransform, Refuses) {
  const NodeGrid three(1, 1.0, 3, NodeRule::midpoint), one(1, 1.0, 1, NodeRule::midpoint);
  EXPECT_THROW(operator_transform(FieldOperator(three, {.lambda = 1.0}), Vector::Ones(3), 1.0), UsageError);
  EXPECT_THROW(operator_transform(FieldOperator(one, {.mu2 = 1.0}), Vector::Ones(1), 1.0), UsageError);
}

}  // namespace
}  // namespace nnft::operator_transform_test
