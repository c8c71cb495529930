#include "nnft/theory/field_diagrams.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "nnft/core/error.hpp"
#include "nnft/theory/field_perturbation.hpp"
#include "nnft/theory/kernels.hpp"

namespace nnft::field_diagrams_test {
namespace {

RowMatrix reference_points() { return (RowMatrix(3, 1) << 2.0, 1.0, 3.0).finished(); }

RowMatrix propagator(const NodeGrid& grid, const RowMatrix& points, double cutoff) {
  RowMatrix all(grid.size() + points.rows(), grid.dimension());
  all << grid.coordinates(), points;
  return free_scalar_kernel(SiteSet(all), {1.0, cutoff, -1.0}, {});
}

TEST(FieldDiagrams, AreThePerturbativeCoefficients) {
  const MomentLayout layout(3, {2, 4});
  const NodeGrid grid(1, 3.0, 5, NodeRule::gauss_legendre);
  const RowMatrix covariance = propagator(grid, reference_points(), 3.0);
  const NodeCovariance g = node_covariance(covariance, grid.weights());
  const FieldExpansion e = field_expansion(layout, covariance, FieldOperator(grid, {}));
  constexpr std::array<int, 2> quartic = {4, 4};
  constexpr std::array<int, 1> mass = {2}, sextic = {6};
  for (const int order : {2, 4})
    for (int t = 0; t < layout.index(order).size(); ++t) {
      const std::span<const int> tuple(layout.index(order).tuple(t), static_cast<std::size_t>(order));
      const int row = layout.offset(order) + t;
      EXPECT_NEAR(e.lambda[row], diagram_sum(g, std::span(quartic).first(1), tuple), 1e-14);
      EXPECT_NEAR(e.lambda2[row], diagram_sum(g, quartic, tuple), 1e-14);
      EXPECT_NEAR(e.mu2[row], -diagram_sum(g, mass, tuple), 1e-14);
      EXPECT_NEAR(e.kappa[row], diagram_sum(g, sextic, tuple), 1e-14);
    }
}

/// w = g = 1: all diagrams of one variable.
NodeCovariance one_variable() { return {Vector::Ones(1), RowMatrix::Ones(1, 1), RowMatrix::Ones(1, 1), RowMatrix::Ones(1, 1)}; }

// From the moments (4k − 1)!! of e^{−λφ⁴/4!}: ⟨φ²⟩ = 1 − λ/2 + 2λ²/3 − 11λ³/8, κ₄ = −λ + 7λ²/2 − 149λ³/12.
TEST(FieldDiagrams, OneVariable) {
  const std::array<int, 3> quartic = {4, 4, 4};
  const std::array<int, 4> legs = {0, 0, 0, 0};
  const auto sum = [&](std::size_t vertices, std::size_t order) {
    return diagram_sum(one_variable(), std::span(quartic).first(vertices), std::span(legs).first(order));
  };
  EXPECT_NEAR(sum(1, 2), -0.5, 1e-15);
  EXPECT_NEAR(sum(2, 2), 2.0 / 3.0, 1e-15);
  EXPECT_NEAR(sum(3, 2), -11.0 / 8.0, 1e-14);
  EXPECT_NEAR(sum(1, 4), -1.0, 1e-15);
  EXPECT_NEAR(sum(2, 4), 3.5, 1e-14);
  EXPECT_NEAR(sum(3, 4), -149.0 / 12.0, 1e-13);
  const Vector third = quartic_third_order(MomentLayout(1, {2, 4}), RowMatrix::Ones(2, 2), Vector::Ones(1));
  EXPECT_NEAR(third[0], -11.0 / 8.0, 1e-14);
  EXPECT_NEAR(third[1], -149.0 / 12.0, 1e-13);
}

// A mass term changes the propagator to g/(1 + g₂g): its derivatives of −½λg³.
TEST(FieldDiagrams, MassesAreResummed) {
  const std::array<int, 3> two_masses = {2, 4, 2}, masses = {2, 2, 2};
  const std::array<int, 2> one_mass = {4, 2}, legs = {0, 0};
  EXPECT_NEAR(diagram_sum(one_variable(), masses, legs), -1.0, 1e-15);
  EXPECT_NEAR(diagram_sum(one_variable(), one_mass, legs), 1.5, 1e-15);
  EXPECT_NEAR(diagram_sum(one_variable(), two_masses, legs), -3.0, 1e-14);
}

TEST(FieldDiagrams, RefusesWhatItCannotDo) {
  const std::array<int, 1> odd = {3};
  const std::array<int, 4> four = {4, 4, 4, 4};
  const std::array<int, 2> legs = {0, 0};
  EXPECT_THROW(diagram_sum(one_variable(), odd, legs), UsageError);
  EXPECT_THROW(diagram_sum(one_variable(), four, legs), UsageError);
  EXPECT_THROW(diagram_sum(one_variable(), {}, legs), UsageError);
  EXPECT_THROW(quartic_third_order(MomentLayout(1, {2, 4, 6}), RowMatrix::Ones(2, 2), Vector::Ones(1)), UsageError);
  EXPECT_THROW(quartic_third_order(MomentLayout(1, {2, 4}), RowMatrix::Ones(3, 3), Vector::Ones(1)), ShapeError);
  EXPECT_THROW(quartic_third_order(MomentLayout(1, {2}), RowMatrix::Ones(302, 302), Vector::Ones(301)), UsageError);
}

}  // namespace
}  // namespace nnft::field_diagrams_test
