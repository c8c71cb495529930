#include "nnft/theory/few_node_process.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "nnft/core/error.hpp"
#include "nnft/theory/field_diagrams.hpp"
#include "nnft/theory/field_perturbation.hpp"
#include "nnft/theory/kernels.hpp"
#include "nnft/theory/one_neuron.hpp"
#include "support/sizes.hpp"

namespace nnft::few_node_process_test {
namespace {

/// Propagator of d = 1, Λ = 8, m = 1 at the nodes, then the points.
RowMatrix propagator(const NodeGrid& grid, const RowMatrix& points) {
  RowMatrix all(grid.size() + points.rows(), grid.dimension());
  all << grid.coordinates(), points;
  return free_scalar_kernel(SiteSet(all), {1.0, 8.0, -1.0}, {});
}

TEST(FewNodeProcess, OneNodeReference) {
  const NodeGrid grid(1, 1.0, 1, NodeRule::gauss_legendre);
  const FewNodeMoments m =
      few_node_process(MomentLayout(1, {2, 4}), propagator(grid, grid.coordinates()), FieldOperator(grid, {.lambda = 10.0}));
  EXPECT_NEAR(m.full[0], 0.292634827, 5.1e-10);
  EXPECT_NEAR(m.full[1], 0.218647753, 5.1e-10);
  EXPECT_NEAR(m.connected[1], -0.038257672, 5.1e-10);
}

double relative(const MomentLayout& layout, const Vector& a, const Vector& b) { return largest_change(layout, {b, a}, {b, b}); }

// One node by the trapezoidal rule in φ itself.
TEST(FewNodeProcess, OneNodeByDirectIntegration) {
  const NodeGrid grid(1, 2.0, 1, NodeRule::gauss_legendre);
  const MomentLayout layout(1, {2, 4, 6, 8});
  const RowMatrix g = propagator(grid, grid.coordinates());
  for (const FieldCouplings& c : {FieldCouplings{.lambda = 100.0}, FieldCouplings{.lambda = 10.0, .mu2 = 8.0},
                                  FieldCouplings{.lambda = -3.0, .mu2 = 1.0, .kappa = 20.0}, FieldCouplings{.mu2 = 0.7}}) {
    Vector sums = Vector::Zero(5);
    for (double phi = -12.0; phi <= 12.0; phi += 0.005) {
      const double weight =
          std::exp(-0.5 * phi * phi / g(0, 0) -
                   2.0 * (c.lambda / 24.0 * std::pow(phi, 4) - 0.5 * c.mu2 * phi * phi + c.kappa / 720.0 * std::pow(phi, 6)));
      for (int k = 0; k < 5; ++k) sums[k] += weight * std::pow(phi, 2 * k);
    }
    const FewNodeMoments m = few_node_process(layout, g, FieldOperator(grid, c));
    for (int k = 0; k < 4; ++k) EXPECT_NEAR(m.full[k], sums[k + 1] / sums[0], 1e-10 * m.full[k]) << c.lambda << " " << k;
    EXPECT_NEAR(m.connected[1], m.full[1] - 3.0 * m.full[0] * m.full[0], 1e-14);
  }
}

// Derivatives at 0 couplings are the expansion; one, two and three nodes, sites on and off them.
TEST(FewNodeProcess, SlopesAreThePerturbativeCoefficients) {
  const RowMatrix sites = (RowMatrix(2, 1) << 0.5, 0.9).finished();
  const MomentLayout layout(2, {2, 4});
  for (const int nodes : {1, 2, 3}) {
    if (test::small_sizes() && nodes > 1) break;
    const NodeGrid grid(1, 1.0, nodes, NodeRule::gauss_legendre);
    const RowMatrix g = propagator(grid, sites);
    for (const double range : {0.0, 0.4}) {
      const auto at = [&](const FieldCouplings& c) { return few_node_process(layout, g, FieldOperator(grid, c)).connected; };
      const FieldExpansion e = field_expansion(layout, g, FieldOperator(grid, {.range = range}));
      const double step = 1e-3;
      const Vector free = at({.range = range});
      EXPECT_LE((e.free - free).cwiseAbs().maxCoeff(), 1e-13);
      const auto slope = [&](auto couplings) -> Vector {
        return (18.0 * at(couplings(step)) - 9.0 * at(couplings(2.0 * step)) + 2.0 * at(couplings(3.0 * step)) - 11.0 * free) /
               (6.0 * step);
      };
      const Vector lambda = slope([&](double x) { return FieldCouplings{.lambda = x, .range = range}; });
      const Vector mu2 = slope([&](double x) { return FieldCouplings{.mu2 = x, .range = range}; });
      const Vector kappa = slope([&](double x) { return FieldCouplings{.kappa = x, .range = range}; });
      EXPECT_LE((lambda - e.lambda).cwiseAbs().maxCoeff(), 1e-7 * e.lambda.cwiseAbs().maxCoeff()) << nodes;
      EXPECT_LE((mu2 - e.mu2).cwiseAbs().maxCoeff(), 1e-7 * e.mu2.cwiseAbs().maxCoeff()) << nodes;
      EXPECT_LE((kappa - e.kappa).cwiseAbs().maxCoeff(), 1e-7 * e.kappa.cwiseAbs().maxCoeff()) << nodes;
      const auto of_lambda = [&](double x) { return at({.lambda = x, .range = range}); };
      const Vector second =
          (2.0 * free - 5.0 * of_lambda(step) + 4.0 * of_lambda(2.0 * step) - of_lambda(3.0 * step)) / (2.0 * step * step);
      EXPECT_LE((second - e.lambda2).cwiseAbs().maxCoeff(), 1e-4 * e.lambda2.cwiseAbs().maxCoeff()) << nodes;
      EXPECT_GT((second - 1.01 * e.lambda2).cwiseAbs().maxCoeff(), 1e-3 * e.lambda2.cwiseAbs().maxCoeff()) << nodes;
      EXPECT_GT((kappa - 0.999 * e.kappa).cwiseAbs().maxCoeff(), 1e-4 * e.kappa.cwiseAbs().maxCoeff()) << nodes;
    }
  }
}

// What second order leaves out is the third order.
TEST(FewNodeProcess, ThirdOrderIsTheRest) {
  const NodeGrid grid(1, 2.0, 2, NodeRule::gauss_legendre);
  const RowMatrix g = propagator(grid, (RowMatrix(2, 1) << 0.5, 0.9).finished());
  const MomentLayout layout(2, {2, 4});
  const FieldExpansion e = field_expansion(layout, g, FieldOperator(grid, {}));
  const Vector third = quartic_third_order(layout, g, grid.weights());
  const double lambda = 0.02;
  const FieldCouplings couplings{.lambda = lambda};
  const Vector rest = few_node_process(layout, g, FieldOperator(grid, couplings)).connected - e.at(couplings);
  EXPECT_LE((rest / std::pow(lambda, 3) - third).cwiseAbs().maxCoeff(), 0.05 * third.cwiseAbs().maxCoeff());
  EXPECT_GT(third.cwiseAbs().maxCoeff(), 1e-3);
}

// Sites may be renamed, and the box is mirrored onto itself.
TEST(FewNodeProcess, Symmetries) {
  const NodeGrid grid(1, 1.0, 3, NodeRule::midpoint);
  const MomentLayout layout(3, {2, 4});
  const RowMatrix sites = (RowMatrix(3, 1) << 0.2, 0.5, 0.8).finished();
  const FieldOperator v(grid, {.lambda = 30.0, .mu2 = 2.0});
  const Vector m = few_node_process(layout, propagator(grid, sites), v).connected;
  const Vector mirrored = few_node_process(layout, propagator(grid, sites.colwise().reverse()), v).connected;
  EXPECT_LE(relative(layout, mirrored, m), 1e-9);
  const auto at = [&](const std::vector<int>& tuple) {
    return m[layout.offset(static_cast<int>(tuple.size())) + layout.index(static_cast<int>(tuple.size())).position(tuple)];
  };
  EXPECT_NEAR(at({0, 1}), at({1, 2}), 1e-11);
  EXPECT_NEAR(at({0, 0, 1, 2}), at({0, 1, 2, 2}), 1e-11);
  EXPECT_GT(std::abs(at({0, 0}) - at({1, 1})), 1e-4);
}

TEST(FewNodeProcess, RefusesWhatItCannotDo) {
  const NodeGrid four(1, 4.0, 4, NodeRule::midpoint), one(1, 1.0, 1, NodeRule::midpoint);
  const MomentLayout layout(1, {2, 4});
  const RowMatrix site = RowMatrix::Zero(1, 1);
  EXPECT_THROW(few_node_process(layout, propagator(four, site), FieldOperator(four, {.lambda = 1.0})), UsageError);
  EXPECT_THROW(few_node_process(MomentLayout(2, {2, 4}), propagator(one, site), FieldOperator(one, {.lambda = 1.0})), ShapeError);
  EXPECT_THROW(few_node_process(layout, propagator(one, site), FieldOperator(one, {.lambda = -1.0})), UsageError);
  EXPECT_THROW(few_node_process(layout, propagator(one, site), FieldOperator(one, {.mu2 = 2.3})), UsageError);
}

// Four coincident nodes have one direction: the weights add up.
TEST(FewNodeProcess, SingularCovariances) {
  const NodeGrid four(1, 1.0, 4, NodeRule::midpoint), one(1, 1.0, 1, NodeRule::midpoint);
  const MomentLayout layout(1, {2, 4});
  const Vector a = few_node_process(layout, RowMatrix::Constant(5, 5, 0.4), FieldOperator(four, {.lambda = 10.0})).connected;
  const Vector b = few_node_process(layout, RowMatrix::Constant(2, 2, 0.4), FieldOperator(one, {.lambda = 10.0})).connected;
  EXPECT_LE(relative(layout, a, b), 1e-10);
}

}  // namespace
}  // namespace nnft::few_node_process_test
