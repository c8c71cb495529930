#include "nnft/theory/field_perturbation.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "nnft/core/error.hpp"
#include "nnft/theory/isserlis.hpp"
#include "nnft/theory/kernels.hpp"

namespace nnft::field_perturbation_test {
namespace {

/// Propagator at the nodes, then the points.
RowMatrix propagator(const NodeGrid& grid, const RowMatrix& points, double cutoff) {
  RowMatrix all(grid.size() + points.rows(), grid.dimension());
  all << grid.coordinates(), points;
  return free_scalar_kernel(SiteSet(all), {1.0, cutoff, -1.0}, {});
}

NodeGrid reference_box() { return {1, 4.0, 24, NodeRule::gauss_legendre}; }
RowMatrix reference_points() { return (RowMatrix(3, 1) << 2.0, 1.0, 3.0).finished(); }

int place(const MomentLayout& layout, const std::vector<int>& tuple) {
  const int order = static_cast<int>(tuple.size());
  return layout.offset(order) + layout.index(order).position(tuple);
}

// Numbers of an independent calculation, all digits that were printed.
TEST(FieldPerturbation, ReferenceBoxes) {
  const MomentLayout layout(3, {2, 4});
  const FieldExpansion e =
      field_expansion(layout, propagator(reference_box(), reference_points(), 8.0), FieldOperator(reference_box(), {}));
  EXPECT_NEAR(e.free[place(layout, {0, 0})], 0.46041657583944, 1e-14);
  EXPECT_NEAR(e.lambda[place(layout, {0, 0})], -0.05646670, 5.1e-9);
  EXPECT_NEAR(e.lambda2[place(layout, {0, 0})], 0.01911434, 5.1e-9);
  EXPECT_NEAR(e.lambda[place(layout, {0, 1})], -0.04074407, 5.1e-9);
  EXPECT_NEAR(e.lambda2[place(layout, {0, 1})], 0.01469310, 5.1e-9);
  EXPECT_NEAR(e.lambda[place(layout, {0, 0, 0, 0})], -0.03086908, 5.1e-9);
  EXPECT_NEAR(e.lambda2[place(layout, {0, 0, 0, 0})], 0.02622260, 5.1e-9);
  const NodeGrid square(2, 3.0, 10, NodeRule::gauss_legendre);
  const MomentLayout one(1, {2, 4});
  const FieldExpansion two =
      field_expansion(one, propagator(square, RowMatrix::Constant(1, 2, 1.5), 4.0), FieldOperator(square, {}));
  EXPECT_NEAR(two.lambda[0], -0.00789817, 5.1e-9);
  EXPECT_NEAR(two.lambda[1], -0.00173518, 5.1e-9);
}

// Points 1 and 2 are mirror images about the middle of the box, where point 0 is; sites may be renamed.
TEST(FieldPerturbation, SymmetriesOfTheBox) {
  const MomentLayout layout(3, {2, 4});
  const FieldOperator smeared(reference_box(), {.range = 0.4});
  const RowMatrix points = reference_points(), swapped = (RowMatrix(3, 1) << 1.0, 3.0, 2.0).finished();
  for (const FieldOperator& v : {FieldOperator(reference_box(), {}), smeared}) {
    const FieldExpansion e = field_expansion(layout, propagator(reference_box(), points, 8.0), v);
    const FieldExpansion renamed = field_expansion(layout, propagator(reference_box(), swapped, 8.0), v);
    for (const Vector& row : {e.lambda, e.lambda2, e.mu2, e.kappa}) {
      EXPECT_NEAR(row[place(layout, {0, 1})], row[place(layout, {0, 2})], 1e-13);
      EXPECT_NEAR(row[place(layout, {0, 1, 1, 2})], row[place(layout, {0, 1, 2, 2})], 1e-13);
    }
    EXPECT_NEAR(e.lambda2[place(layout, {0, 0, 1, 2})], renamed.lambda2[place(layout, {0, 1, 2, 2})], 1e-13);
    EXPECT_NEAR(e.lambda2[place(layout, {0, 1})], renamed.lambda2[place(layout, {0, 2})], 1e-13);
    EXPECT_GT(std::abs(e.lambda2[place(layout, {0, 1})] - e.lambda2[place(layout, {1, 2})]), 1e-4);
  }
}

/// Connected correlators from e^{−V} = 1 − V + V²/2 by Isserlis' theorem, for an operator with pair weights: coefficients of λ⁰,
/// λ¹ and λ² of ⟨Πφ⟩⟨e^{−V}⟩⁻¹ and their cumulants.
struct Expanded {
  double zeroth, first, second;
};

Expanded by_isserlis(const RowMatrix& g, const RowMatrix& u, const std::vector<int>& sites) {
  const int nodes = static_cast<int>(u.rows());
  std::vector<int> legs;
  for (const int s : sites) legs.push_back(nodes + s);
  const auto moment = [&](std::vector<int> more) {
    more.insert(more.end(), legs.begin(), legs.end());
    return gaussian_product(g, more);
  };
  const auto vacuum = [&](const std::vector<int>& fields) { return gaussian_product(g, fields); };
  double v1 = 0.0, v2 = 0.0, o1 = 0.0, o2 = 0.0;
  for (int a = 0; a < nodes; ++a)
    for (int b = 0; b < nodes; ++b) {
      v1 += u(a, b) / 24.0 * vacuum({a, a, b, b});
      o1 += u(a, b) / 24.0 * moment({a, a, b, b});
      for (int c = 0; c < nodes; ++c)
        for (int d = 0; d < nodes; ++d) {
          v2 += u(a, b) * u(c, d) / 576.0 * vacuum({a, a, b, b, c, c, d, d});
          o2 += u(a, b) * u(c, d) / 576.0 * moment({a, a, b, b, c, c, d, d});
        }
    }
  const double o0 = moment({});
  return {o0, -o1 + o0 * v1, 0.5 * o2 - o1 * v1 - 0.5 * o0 * v2 + o0 * v1 * v1};
}

Expanded product(const Expanded& a, const Expanded& b) {
  return {a.zeroth * b.zeroth, a.zeroth * b.first + a.first * b.zeroth,
          a.zeroth * b.second + a.first * b.first + a.second * b.zeroth};
}

TEST(FieldPerturbation, OperatorsWithARangeByIsserlis) {
  const NodeGrid grid(1, 3.0, 2, NodeRule::gauss_legendre);
  const MomentLayout layout(2, {2, 4});
  const RowMatrix g = propagator(grid, (RowMatrix(2, 1) << 0.4, 2.0).finished(), 3.0);
  const FieldOperator v(grid, {.range = 1.1});
  ASSERT_GT(v.pair_weights()(0, 1), 0.1 * v.pair_weights()(0, 0));
  const FieldExpansion e = field_expansion(layout, g, v);
  const std::vector<int> tuple = {0, 0, 1, 1};
  const Expanded two = by_isserlis(g, v.pair_weights(), {0, 1});
  EXPECT_NEAR(e.lambda[place(layout, {0, 1})], two.first, 1e-14);
  EXPECT_NEAR(e.lambda2[place(layout, {0, 1})], two.second, 1e-14);
  Expanded four = by_isserlis(g, v.pair_weights(), tuple);
  const Expanded same = product(by_isserlis(g, v.pair_weights(), {0, 0}), by_isserlis(g, v.pair_weights(), {1, 1}));
  const Expanded cross = product(two, two);
  EXPECT_NEAR(four.zeroth - same.zeroth - 2.0 * cross.zeroth, 0.0, 1e-14);
  EXPECT_NEAR(e.lambda[place(layout, tuple)], four.first - same.first - 2.0 * cross.first, 1e-14);
  EXPECT_NEAR(e.lambda2[place(layout, tuple)], four.second - same.second - 2.0 * cross.second, 1e-14);
}

// A range much smaller than the distance of nodes leaves w_z² v(0) φ_z⁴.
TEST(FieldPerturbation, ShortRangesAreLocal) {
  const NodeGrid grid(1, 4.0, 6, NodeRule::midpoint);
  const MomentLayout layout(3, {2, 4});
  const RowMatrix g = propagator(grid, reference_points(), 4.0);
  const FieldOperator smeared(grid, {.range = 0.01});
  const double ratio = smeared.pair_weights()(0, 0) / grid.weights()[0];
  const FieldExpansion local = field_expansion(layout, g, FieldOperator(grid, {})), e = field_expansion(layout, g, smeared);
  EXPECT_LE((e.lambda - ratio * local.lambda).cwiseAbs().maxCoeff(), 1e-13 * ratio);
  EXPECT_LE((e.lambda2 - ratio * ratio * local.lambda2).cwiseAbs().maxCoeff(), 1e-13 * ratio * ratio);
  EXPECT_EQ(e.mu2, local.mu2);
}

// One node of weight w and covariance g: ln Z(J) of a single variable, expanded by hand.
TEST(FieldPerturbation, OneNodeByHand) {
  const NodeGrid grid(1, 2.0, 1, NodeRule::midpoint);
  const double w = 2.0, g = 0.7;
  const MomentLayout layout(1, {2, 4});
  const RowMatrix covariance = RowMatrix::Constant(2, 2, g);
  const FieldExpansion e = field_expansion(layout, covariance, FieldOperator(grid, {}));
  EXPECT_NEAR(e.lambda[0], -w * std::pow(g, 3) / 2.0, 1e-15);
  EXPECT_NEAR(e.lambda2[0], w * w * std::pow(g, 5) * (1.0 / 6.0 + 0.5), 1e-15);
  EXPECT_NEAR(e.mu2[0], w * g * g, 1e-15);
  EXPECT_NEAR(e.kappa[0], -w * std::pow(g, 4) / 8.0, 1e-15);
  EXPECT_NEAR(e.lambda[1], -w * std::pow(g, 4), 1e-15);
  EXPECT_NEAR(e.lambda2[1], w * w * std::pow(g, 6) * (1.5 + 2.0), 1e-14);
  EXPECT_EQ(e.mu2[1], 0.0);
  EXPECT_NEAR(e.kappa[1], -w * std::pow(g, 5) / 2.0, 1e-15);
  const FieldCouplings couplings{.lambda = 0.1, .mu2 = 0.2, .kappa = 0.3};
  EXPECT_NEAR(e.at(couplings)[0], e.free[0] + 0.1 * e.lambda[0] + 0.01 * e.lambda2[0] + 0.2 * e.mu2[0] + 0.3 * e.kappa[0], 1e-15);
}

TEST(FieldPerturbation, RefusesWhatItDoesNotKnow) {
  const FieldOperator v(reference_box(), {});
  const RowMatrix g = propagator(reference_box(), reference_points(), 8.0);
  EXPECT_THROW(field_expansion(MomentLayout(3, {2, 4, 6}), g, v), UsageError);
  EXPECT_THROW(field_expansion(MomentLayout(2, {2, 4}), g, v), ShapeError);
}

}  // namespace
}  // namespace nnft::field_perturbation_test
