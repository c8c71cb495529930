#include "nnft/action/dual_expansion.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "nnft/core/error.hpp"

namespace nnft::dual_expansion_test {
namespace {

constexpr int third_order = 3;

Vector one(double value) { return Vector::Constant(1, value); }

/// Connected correlators of φ = Σ a_i cos b_i, Σ over N neurons, a ~ N(0, 1/N): (−1)^{k−1}… from ln of e^{−x}I₀(x), x = J²/4N.
struct CosSite {
  double width;
  double g2() const { return 0.5; }
  /// ln E e^{½J²cos²b/N} = J²/4N + ln I₀(J²/4N), ln I₀(x) = x²/4 − x⁴/64 + …; N times that.
  double g4() const { return 24.0 / (64.0 * width); }
  double g6() const { return 0.0; }
  double g8() const { return -40320.0 / (64.0 * 256.0 * std::pow(width, 3)); }
};

double total(const DiagramTensors& tensors, std::size_t order, std::size_t legs) {
  double sum = 0.0;
  for (std::size_t o = 0; o <= order; ++o)
    if (tensors[o].size() > legs && tensors[o][legs].size() > 0) sum += tensors[o][legs][0];
  return sum;
}

/// Exact Taylor coefficients of −ln P by Fourier inversion: physics.md §5.
TEST(DualExpansion, OneCosSite) {
  const DualExpansion expansion(Duality::action_from_correlators, 1, 1, width_vertices(third_order), third_order, 8);
  struct Exact {
    double width, c2, c4, c6;
  };
  for (const Exact& exact :
       {Exact{100, 1.007653942, -0.002637726571, 2.802862e-5}, Exact{1000, 1.000751504, -0.0002513186939, 2.528043e-7}}) {
    const CosSite site{exact.width};
    const ModeBasis basis(RowMatrix::Constant(1, 1, site.g2()), {});
    const std::vector<Vector> vertices = {one(site.g4()), one(site.g6()), one(site.g8())};
    const DiagramTensors g = expansion.evaluate(basis, vertices);
    // What the next order leaves: coefficients of a few tens.
    EXPECT_NEAR(total(g, 1, 4), exact.c4, 20.0 * std::pow(exact.width, -2));
    EXPECT_NEAR(total(g, 2, 4), exact.c4, 20.0 * std::pow(exact.width, -3));
    EXPECT_NEAR(total(g, 3, 4), exact.c4, 40.0 * std::pow(exact.width, -4));
    EXPECT_NEAR(total(g, 2, 2), exact.c2, 10.0 * std::pow(exact.width, -3));
    EXPECT_NEAR(total(g, 3, 2), exact.c2, 20.0 * std::pow(exact.width, -4) + 1e-9);
    EXPECT_NEAR(total(g, 2, 6), exact.c6, 10.0 * std::pow(exact.width, -3));
    EXPECT_NEAR(total(g, 3, 6), exact.c6, 60.0 * std::pow(exact.width, -4));
    EXPECT_LT(total(g, 1, 4), 0.0);
  }
  const CosSite site{100};
  const ModeBasis basis(RowMatrix::Constant(1, 1, site.g2()), {});
  const std::vector<Vector> vertices = {one(site.g4()), one(site.g6()), one(site.g8())};
  const DiagramTensors g = expansion.evaluate(basis, vertices);
  EXPECT_NEAR(total(g, 1, 4), -0.0025, 1e-15);
  EXPECT_NEAR(total(g, 2, 4), -0.00263125, 1e-15);
  EXPECT_NEAR(total(g, 2, 2), 1.00765, 1e-13);
  EXPECT_NEAR(total(g, 2, 6), 2.5e-5, 1e-16);
}

/// Fields at three sites made of correlated quantities with odd cumulants, too: the action of the action is the correlators,
/// order by order, since the orders of the couplings are those of the expansion.
TEST(DualExpansion, ThereAndBackIsTheIdentityOrderByOrder) {
  const int sites = 3, order = 3;
  const SymmetricAlgebra algebra(sites, 8);
  // An odd theory as sums of independent parts have it, in powers of N^{−½}: G_r of order r − 2.
  const std::vector<VertexKind> kinds = {{3, 1}, {4, 2}, {5, 3}};
  std::vector<Vector> vertices;
  for (const VertexKind& kind : kinds) {
    Vector tensor(algebra.size(kind.legs));
    for (Eigen::Index k = 0; k < tensor.size(); ++k) tensor[k] = std::cos(2.0 * static_cast<double>(k) + kind.legs);
    vertices.push_back(tensor);
  }
  RowMatrix g2(sites, sites);
  g2 << 1.0, 0.4, -0.2, 0.4, 0.8, 0.1, -0.2, 0.1, 1.5;
  const DualExpansion forth(Duality::action_from_correlators, sites, sites, kinds, order, 8);
  const DiagramTensors couplings = forth.evaluate(ModeBasis(g2, {}), vertices);

  std::vector<VertexKind> back_kinds;
  std::vector<Vector> back_vertices;
  for (int o = 1; o <= order; ++o)
    for (int legs = 1; legs <= forth.legs(); ++legs) {
      const Vector& tensor = couplings[static_cast<std::size_t>(o)][static_cast<std::size_t>(legs)];
      if (tensor.size() == 0) continue;
      back_kinds.push_back({legs, o});
      back_vertices.push_back(tensor);
    }
  const DualExpansion back(Duality::correlators_from_action, sites, sites, back_kinds, order, 5);
  const DiagramTensors found = back.evaluate(ModeBasis(symmetric_matrix(sites, 2.0 * couplings[0][2]), {}), back_vertices);
  EXPECT_TRUE(symmetric_matrix(sites, found[0][2]).isApprox(g2, 1e-13));
  for (int o = 1; o <= order; ++o)
    for (int legs = 0; legs <= 5; ++legs) {
      const Vector& tensor = found[static_cast<std::size_t>(o)][static_cast<std::size_t>(legs)];
      Vector expected = Vector::Zero(algebra.size(legs));
      for (std::size_t k = 0; k < kinds.size(); ++k)
        if (kinds[k] == VertexKind{legs, o}) expected = vertices[k];
      // e^{−S} is normalised: W[0] = 0 once its own constants are taken off.
      if (legs == 0)
        expected = couplings[static_cast<std::size_t>(o)][0].size() > 0 ? couplings[static_cast<std::size_t>(o)][0] : expected;
      if (tensor.size() == 0)
        EXPECT_LT(expected.cwiseAbs().maxCoeff(), 1e-11) << "order " << o << ", legs " << legs;
      else
        EXPECT_LT((tensor - expected).cwiseAbs().maxCoeff(), 1e-10) << "order " << o << ", legs " << legs;
    }
}

/// With a linear map of the fields couplings transform as tensors.
TEST(DualExpansion, CouplingsAreCovariant) {
  const SymmetricAlgebra algebra(2, 6);
  const std::vector<VertexKind> kinds = width_vertices(2);
  RowMatrix g2(2, 2), map(2, 2);
  g2 << 1.0, 0.9, 0.9, 1.1;
  map << 0.5, 1.0, -2.0, 0.3;
  std::vector<Vector> vertices, mapped;
  for (const VertexKind& kind : kinds) {
    Vector tensor(algebra.size(kind.legs));
    for (Eigen::Index k = 0; k < tensor.size(); ++k) tensor[k] = 0.1 * std::cos(static_cast<double>(k * k) + kind.legs);
    vertices.push_back(tensor);
    mapped.push_back(LegTransform(2, 2, kind.legs).apply(map, tensor));
  }
  const DualExpansion expansion(Duality::action_from_correlators, 2, 2, kinds, 2, 6);
  const DiagramTensors g = expansion.evaluate(ModeBasis(g2, {}), vertices);
  const DiagramTensors of_mapped = expansion.evaluate(ModeBasis(map * g2 * map.transpose(), {}), mapped);
  for (int legs = 2; legs <= 6; legs += 2) {
    const Vector expected = g[2][static_cast<std::size_t>(legs)];
    const Vector back = LegTransform(2, 2, legs).apply(map.transpose(), of_mapped[2][static_cast<std::size_t>(legs)]);
    EXPECT_TRUE(back.isApprox(expected, 1e-11)) << legs;
  }
}

TEST(ModeBasis, InvertsAndReportsTheCondition) {
  RowMatrix matrix(2, 2);
  matrix << 2.0, 1.0, 1.0, 2.0;
  const ModeBasis basis(matrix, {});
  EXPECT_TRUE((basis.matrix().transpose() * basis.matrix() * matrix).isIdentity(1e-14));
  EXPECT_NEAR(condition_number(mode_eigenvalues(matrix)), 3.0, 1e-14);
  EXPECT_NEAR(basis.log_determinant(), std::log(3.0), 1e-14);
}

TEST(ModeBasis, RefusesWhatIsSingularAndNamesRegulators) {
  const RowMatrix singular = RowMatrix::Ones(2, 2);
  EXPECT_THROW(ModeBasis(singular, {}), SingularError);
  EXPECT_GT(condition_number(mode_eigenvalues(singular)), 1e15);
  const ModeRegulator cut{ModeRegulatorKind::modes_above, 1e-6}, noise{ModeRegulatorKind::noise, 0.01};
  EXPECT_EQ(ModeBasis(singular, cut).modes(), 1);
  EXPECT_EQ(ModeBasis(singular, noise).modes(), 2);
  EXPECT_EQ(mode_regulator_text(cut), "modes above 1e-06");
  EXPECT_EQ(mode_regulator_text(noise), "noise 0.01");
  RowMatrix negative(2, 2);
  negative << 1.0, 2.0, 2.0, 1.0;
  EXPECT_THROW(ModeBasis(negative, {}), SingularError);
  EXPECT_THROW(ModeBasis(RowMatrix::Constant(1, 1, std::nan("")), {}), SingularError);
}

/// A cut leaves the action of the modes that are kept: here that of the sum of two equal fields.
TEST(ModeBasis, ModesAloneHaveTheirOwnAction) {
  const std::vector<VertexKind> kinds = width_vertices(1);
  const SymmetricAlgebra algebra(2, 4);
  const ModeBasis equal(RowMatrix::Constant(2, 2, 0.5), {ModeRegulatorKind::modes_above, 1e-6});
  const DualExpansion two(Duality::action_from_correlators, 2, 1, kinds, 1, 4);
  const std::vector<Vector> tensors = {Vector::Constant(algebra.size(4), 0.3)};
  const DiagramTensors g = two.evaluate(equal, tensors);
  const DualExpansion single(Duality::action_from_correlators, 1, 1, kinds, 1, 4);
  const std::vector<Vector> tensor = {one(0.3)};
  const DiagramTensors of_one = single.evaluate(ModeBasis(RowMatrix::Constant(1, 1, 0.5), {}), tensor);
  // φ₁ = φ₂ = φ: the full sum over both sites is the coupling of one.
  double sum = 0.0;
  for (int t = 0; t < algebra.size(4); ++t) sum += g[1][4][t] * algebra.multiplicities(4)[t];
  EXPECT_NEAR(sum, of_one[1][4][0], 1e-13);
}

}  // namespace
}  // namespace nnft::dual_expansion_test
