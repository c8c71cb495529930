#include "nnft/action/site_action.hpp"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "nnft/action/action_kernels.hpp"
#include "nnft/action/draw_pilot.hpp"
#include "nnft/core/aligned_buffer.hpp"
#include "nnft/core/error.hpp"
#include "nnft/core/packed_index.hpp"
#include "support/every_path.hpp"

namespace nnft::site_action_test {
namespace {

/// Random couplings of degrees 2, 4, … `degree` of some sites.
std::vector<Couplings> random_couplings(int sites, int degree, unsigned seed) {
  std::mt19937 generator(seed);
  std::normal_distribution<double> normal;
  std::vector<Couplings> all;
  for (int d = 2; d <= degree; d += 2) {
    Vector packed(PackedIndex(sites, d).size());
    for (double& g : packed) g = normal(generator);
    all.push_back({d, packed});
  }
  return all;
}

Vector random_field(int sites, std::mt19937& generator) {
  std::normal_distribution<double> normal;
  Vector phi(sites);
  for (double& x : phi) x = normal(generator);
  return phi;
}

/// The full sum over all sites of every leg, from the definition.
double full_sum(int sites, const Couplings& couplings, const Vector& phi) {
  const PackedIndex index(sites, couplings.degree);
  std::vector<int> legs(static_cast<std::size_t>(couplings.degree), 0);
  double sum = 0.0;
  while (true) {
    double term = couplings.packed[index.position(legs)];
    for (const int leg : legs) term *= phi[leg];
    sum += term;
    std::size_t k = 0;
    while (k < legs.size() && legs[k] == sites - 1) legs[k++] = 0;
    if (k == legs.size()) return sum;
    ++legs[k];
  }
}

TEST(SiteAction, IsTheFullSumOverSites) {
  std::mt19937 generator(1);
  for (const int sites : {1, 2, 3}) {
    const std::vector<Couplings> couplings = random_couplings(sites, 8, 10u + static_cast<unsigned>(sites));
    const SiteAction action(sites, couplings);
    EXPECT_EQ(action.degree(), 8);
    const Vector phi = random_field(sites, generator);
    double sum = 0.0;
    for (const Couplings& given : couplings) {
      const double form = full_sum(sites, given, phi);
      EXPECT_NEAR(action.form(given.degree, phi), form, 1e-11 * (1.0 + std::abs(form)));
      sum += form;
    }
    EXPECT_NEAR(action.value(phi), sum, 1e-11 * (1.0 + std::abs(sum)));
    const RowMatrix g2 = action.quadratic();
    EXPECT_NEAR(phi.dot(g2 * phi), full_sum(sites, couplings[0], phi), 1e-12);
  }
}

TEST(SiteAction, GradientIsTheSlope) {
  std::mt19937 generator(2);
  const SiteAction action(3, random_couplings(3, 8, 5));
  const Vector phi = random_field(3, generator);
  for (const int degree : {2, 4, 6, 8}) {
    const Vector gradient = action.form_gradient(degree, phi);
    // Euler: φ·∇ of a homogeneous form.
    EXPECT_NEAR(phi.dot(gradient), degree * action.form(degree, phi), 1e-10);
    for (int a = 0; a < 3; ++a) {
      constexpr double h = 1e-4;
      const auto at = [&](double shift) { return action.form(degree, phi + shift * Vector::Unit(3, a)); };
      // Error of the five-point rule: h⁴ times the fifth derivative.
      const double slope = (8.0 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12.0 * h);
      EXPECT_NEAR(gradient[a], slope, 1e-8 * (1.0 + std::abs(slope)));
    }
  }
}

TEST(SiteAction, AnotherQuadraticPartReplacesTheFirst) {
  std::mt19937 generator(3);
  const SiteAction action(3, random_couplings(3, 6, 7));
  RowMatrix g2 = RowMatrix::Random(3, 3);
  g2 = RowMatrix(g2 + g2.transpose());
  const SiteAction changed = action.with_quadratic(g2);
  const Vector phi = random_field(3, generator);
  EXPECT_NEAR(changed.form(2, phi), phi.dot(g2 * phi), 1e-12);
  EXPECT_EQ(changed.form(6, phi), action.form(6, phi));
}

TEST(SiteAction, DegreeIsTheHighestThatDoesNotVanish) {
  std::vector<Couplings> couplings = random_couplings(2, 6, 3);
  couplings[2].packed.setZero();
  EXPECT_EQ(SiteAction(2, couplings).degree(), 4);
  EXPECT_EQ(SiteAction(2, {{6, Vector::Ones(7)}}).degree(), 6);
  EXPECT_EQ(SiteAction(2, {}).degree(), 0);
}

TEST(SiteAction, RefusesWhatDoesNotFit) {
  EXPECT_THROW(SiteAction(2, {{3, Vector::Ones(4)}}), ShapeError);
  EXPECT_THROW(SiteAction(2, {{10, Vector::Ones(11)}}), ShapeError);
  EXPECT_THROW(SiteAction(2, {{4, Vector::Ones(4)}}), ShapeError);
  EXPECT_THROW(SiteAction(1, {{2, Vector::Ones(1)}, {2, Vector::Ones(1)}}), ShapeError);
  EXPECT_THROW(SiteAction(1, {{2, Vector::Constant(1, std::nan(""))}}), ShapeError);
  EXPECT_THROW(SiteAction(2, {{2, Vector::Ones(3)}}).with_quadratic(RowMatrix::Identity(3, 3)), ShapeError);
}

using ActionEveryPath = test::EveryPath;

TEST_P(ActionEveryPath, PolynomialAndMonomialsAreThoseOfEachChain) {
  std::mt19937 generator(4);
  const ActionKernels& kernels = action_kernels(GetParam());
  for (const int sites : {1, 2, 5})
    for (const int degree : {2, 4, 6, 8}) {
      const SiteAction action(sites, random_couplings(sites, degree, 20));
      AlignedBuffer fields(static_cast<std::size_t>(sites) * batch_samples), values(batch_samples);
      for (std::size_t k = 0; k < fields.size(); ++k) fields.data()[k] = std::normal_distribution<double>()(generator);
      kernels.polynomial(polynomial_view(action), fields.data(), values.data());
      int columns = 0;
      for (int d = 2; d <= degree; d += 2) columns += PackedIndex(sites, d).size();
      AlignedBuffer sums(static_cast<std::size_t>(columns) * batch_samples);
      kernels.add_monomials(sites, degree, fields.data(), sums.data());
      kernels.add_monomials(sites, degree, fields.data(), sums.data());
      for (int c = 0; c < batch_samples; ++c) {
        Vector phi(sites);
        for (int a = 0; a < sites; ++a) phi[a] = fields.data()[a * batch_samples + c];
        double magnitude = 0.0;
        int column = 0;
        for (int d = 2; d <= degree; d += 2) {
          const PackedIndex index(sites, d);
          for (int t = 0; t < index.size(); ++t, ++column) {
            double product = 1.0;
            for (int leg = 0; leg < d; ++leg) product *= phi[index.tuple(t)[leg]];
            EXPECT_NEAR(sums.data()[column * batch_samples + c], 2.0 * product, 1e-14 * std::abs(product));
            magnitude += std::abs(action.coefficients(d)[t] * product);
          }
        }
        EXPECT_NEAR(values.data()[c], action.value(phi), 1e-14 * magnitude);
      }
    }
}

INSTANTIATE_TEST_SUITE_P(Paths, ActionEveryPath, test::every_path(), test::path_name);

TEST(IsotropicVariance, SolvesTheGapEquation) {
  // Independent sites, S = m φ² + g φ⁴: 2mc + 12gc² = 1 at each.
  for (const double m : {1.0, -3.0}) {
    const double g = 0.7;
    Vector g4 = Vector::Zero(5);
    g4[0] = g4[4] = g;
    const double c = isotropic_variance(SiteAction(2, {{2, (Vector(3) << m, 0.4, m).finished()}, {4, g4}}));
    EXPECT_NEAR(2.0 * m * c + 12.0 * g * c * c, 1.0, 1e-4);
  }
  EXPECT_THROW(isotropic_variance(SiteAction(1, {{2, Vector::Constant(1, 1.0)}, {4, Vector::Constant(1, -1.0)}})), ShapeError);
}

}  // namespace
}  // namespace nnft::site_action_test
