#include "nnft/theory/cos_quartic.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "nnft/core/error.hpp"
#include "nnft/theory/deformed_connected.hpp"
#include "support/sizes.hpp"
#include "support/two_cos_neurons.hpp"

namespace nnft::cos_quartic_test {
namespace {

const RowMatrix line = (RowMatrix(4, 1) << 0.0, 0.5, 1.0, -0.7).finished();
const RowMatrix plane = (RowMatrix(4, 2) << 0.0, 0.0, 0.5, 0.3, 1.0, -0.2, -0.7, 0.4).finished();
constexpr double sigma_weight = 1.1, sigma_out = 1.3;

DeformedProblem quartic_problem(const RowMatrix& sites, double width, double strength) {
  return {
      CosFeatures{sigma_weight}, SiteSet(sites), {{sigma_out, 0.0, {}}, width}, {{DeformationKind::weight_quartic, strength}}};
}

/// The tuple 0, 1, 2, 3.
double quad(const MomentLayout& layout, const Vector& row) {
  return row[layout.offset(4) + layout.index(4).position({0, 1, 2, 3})];
}

/// Terms of one pairing of four sites.
struct Pairing {
  double q, a, b;
};
std::vector<Pairing> pairings_of_quad(const RowMatrix& x) {
  std::vector<Pairing> pairings;
  for (const auto& p : {std::array{0, 1, 2, 3}, std::array{0, 2, 1, 3}, std::array{0, 3, 1, 2}})
    pairings.push_back({(x.row(p[0]) + x.row(p[1]) - x.row(p[2]) - x.row(p[3])).squaredNorm(),
                        (x.row(p[0]) - x.row(p[1])).squaredNorm(), (x.row(p[2]) - x.row(p[3])).squaredNorm()});
  return pairings;
}

/// ∫ w^power cos(kw) p(w) dw of the density e^{−w²/2s − βw⁴}, by Simpson's rule.
double simpson(double s, double beta, double k, int power) {
  constexpr int intervals = 20000;
  const double end = 12.0 * std::sqrt(s);
  double sum = 0.0, norm = 0.0;
  for (int i = 0; i <= intervals; ++i) {
    const double w = end * i / intervals, factor = i == 0 || i == intervals ? 1.0 : (i % 2 == 1 ? 4.0 : 2.0);
    const double p = factor * std::exp(-0.5 * w * w / s - beta * std::pow(w, 4));
    sum += p * std::cos(k * w) * std::pow(w, power);
    norm += p;
  }
  return sum / norm;
}

// Rounding of sums of 2·10⁴ doubles: 1e-14 each way, times E[w⁴] = 4.4 for the slope.
TEST(IsotropicCharacteristic, OneWeightByPlainQuadrature) {
  const SeriesBasis basis(1, 1);
  for (const double strength : {0.0, 0.01, 0.3, 5.0, 200.0}) {
    const IsotropicCharacteristic phi({1.0, 1.21, 1.0, strength}, basis);
    for (const double k : {0.0, 0.4, 2.0, 9.0}) {
      const StrengthSeries value = phi(static_cast<long double>(k) * k);
      EXPECT_NEAR(static_cast<double>(value[0]), simpson(1.21, strength, k, 0), 1e-13) << strength << ' ' << k;
      const double slope = simpson(1.21, strength, k, 0) * simpson(1.21, strength, 0.0, 4) - simpson(1.21, strength, k, 4);
      EXPECT_NEAR(static_cast<double>(value[1]), slope, 1e-12) << strength << ' ' << k;
    }
  }
}

// The transform of three weights is the average of sin(kr)/kr over the radius.
TEST(IsotropicCharacteristic, ThreeWeightsByTheRadius) {
  const SeriesBasis basis(0, 0);
  const double s = 0.7, strength = 4.0, width = 3.0;
  const IsotropicCharacteristic phi({3.0, s, width, strength}, basis);
  for (const double k : {0.5, 3.0, 12.0}) {
    double sum = 0.0, norm = 0.0;
    constexpr int intervals = 20000;
    for (int i = 1; i < intervals; ++i) {
      const double r = 10.0 * i / intervals;
      const double p =
          (i % 2 == 1 ? 4.0 : 2.0) * r * r * std::exp(-0.5 * r * r / s - strength * std::pow(r, 4) / (width * width));
      sum += p * std::sin(k * r) / (k * r);
      norm += p;
    }
    EXPECT_NEAR(static_cast<double>(phi(static_cast<long double>(k) * k)[0]), sum / norm, 1e-14) << k;
  }
}

// Without deformation Φ = e^{−s k²/2}, whatever the dimension; rounding of 60 terms in long double.
TEST(IsotropicCharacteristic, GaussianWeightsOfEveryDimension) {
  const SeriesBasis basis(1, 2);
  for (const double dimension : {1.0, 2.0, 3.0, 10.0, 1e3, 1e5, 1e7}) {
    const IsotropicCharacteristic phi({dimension, 1.21, dimension, 0.0}, basis);
    for (const long double square : {0.0L, 0.3L, 5.0L, 40.0L, 1e5L})
      EXPECT_NEAR(static_cast<double>(phi(square)[0] - std::exp(-0.5L * 1.21 * square)), 0.0, 1e-16);
  }
}

// ⟨R^k; V⟩ of Gaussian weights in closed form: E[R^k] = s^k D(D + 2)…(D + 2k − 2).
TEST(RadialDensity, MomentsAndTheirDerivatives) {
  const SeriesBasis basis(1, 1);
  for (const double n : {1.0, 4.0, 1e3, 1e7}) {
    const double s = 1.3;
    const std::vector<StrengthSeries> ratios = radial_moment_ratios({n, s, n, 0.0}, 3, basis);
    for (int k = 0; k <= 3; ++k) {
      // −E[R^{k+2}]/E[R^k] + E[R²], over N².
      const double slope = s * s / n * (n * (n + 2) - (n + 2.0 * k) * (n + 2.0 * k + 2)) / n;
      EXPECT_NEAR(static_cast<double>(ratios[static_cast<std::size_t>(k)][0]), 1.0, 1e-15) << n << ' ' << k;
      EXPECT_NEAR(static_cast<double>(ratios[static_cast<std::size_t>(k)][1]), slope, 1e-14 * (1.0 + std::abs(slope))) << n;
    }
  }
}

// G4c = σ_a⁴{(3/8N) Σ Φ(q²) + Σ [¼(1 − 1/N) Φ(A + B) − ¼Φ(A)Φ(B)]}; half the strength is wrong.
TEST(CosQuartic, QuadsInClosedForm) {
  const MomentLayout layout(4, {2, 4});
  const SeriesBasis basis(0, 0);
  for (const double width : {1.0, 3.0, 50.0})
    for (const double strength : {0.0, 0.7, 30.0}) {
      const IsotropicCharacteristic phi({2.0 * width, sigma_weight * sigma_weight / 2, width, strength}, basis);
      const auto value = [&](double square) { return static_cast<double>(phi(square)[0]); };
      double sum = 0.0;
      for (const auto& [q, a, b] : pairings_of_quad(plane))
        sum += 3.0 / 8.0 / width * value(q) + 0.25 * (1.0 - 1.0 / width) * value(a + b) - 0.25 * value(a) * value(b);
      const double exact = std::pow(sigma_out, 4) * sum;
      EXPECT_NEAR(quad(layout, deformed_connected(layout, quartic_problem(plane, width, strength))), exact, 1e-15) << width;
      if (strength == 30.0) {
        EXPECT_GT(std::abs(quad(layout, deformed_connected(layout, quartic_problem(plane, width, 15.0))) - exact), 1e-6);
      }
    }
}

// dG4c/dα at N = 400 from radial quadrature of the closed form in another program, to the digits given.
TEST(CosQuartic, FirstDerivativesOfTheQuads) {
  const MomentLayout layout(4, {2, 4});
  const RowMatrix of_line = deformed_derivatives(layout, quartic_problem(line, 400, 0.0), SeriesBasis(1, 1));
  EXPECT_NEAR(quad(layout, of_line.row(1)), -1.22368e-5, 0.5e-10);
  const RowMatrix of_plane = deformed_derivatives(layout, quartic_problem(plane, 400, 0.0), SeriesBasis(1, 1));
  EXPECT_NEAR(quad(layout, of_plane.row(1)), -5.8197e-7, 0.5e-11);
}

TEST(CosQuartic, StrengthDropsOutAtCoincidentSites) {
  const MomentLayout layout(1, {2, 4, 6, 8});
  const RowMatrix rows = deformed_derivatives(layout, quartic_problem(RowMatrix::Constant(1, 2, 0.3), 7, 0.9), SeriesBasis(1, 2));
  const Vector free = deformed_connected(layout, quartic_problem(RowMatrix::Constant(1, 2, 0.3), 7, 0.0));
  for (int t = 0; t < 4; ++t) {
    EXPECT_NEAR(rows(0, t), free[t], 1e-15);
    EXPECT_NEAR(rows(1, t), 0.0, 1e-15);
    EXPECT_NEAR(rows(2, t), 0.0, 1e-15);
  }
}

TEST(CosQuartic, OrderSixOfTwoNeuronsByPlainSums) {
  const MomentLayout layout(2, {2, 4, 6});
  const Vector points{{0.2, 0.9}};
  const double strength = 0.8, s = sigma_weight * sigma_weight;
  const auto density = [&](double relative) {
    return [=](double v, double w) {
      const double r = v * v + w * w;
      return std::exp(-0.5 * r / s - relative * strength * r * r / 4.0);
    };
  };
  DeformedProblem problem = quartic_problem(points, 2, strength);
  problem.readout.output.sigma_out = 1.0;
  const Vector exact = deformed_connected(layout, problem);
  NNFT_SKIP_IF_SMALL();
  // Rounding of sums of 3·10⁵ terms of order one.
  EXPECT_LT((exact - test::two_cos_neurons(layout, points, 6.0, density(1.0))).cwiseAbs().maxCoeff(), 1e-12);
  EXPECT_GT((exact - test::two_cos_neurons(layout, points, 6.0, density(0.5))).cwiseAbs().tail(7).maxCoeff(), 1e-4);
}

// Central differences of step h are wrong by h²/6 of the third derivative, and 1e-16/h^k of values of order one.
TEST(CosQuartic, DerivativesAreDifferencesOfValues) {
  const MomentLayout layout(2, {2, 4, 6});
  const RowMatrix sites = line.topRows(2);
  const double at = 0.5, h = 1e-3;
  const RowMatrix rows = deformed_derivatives(layout, quartic_problem(sites, 3, at), SeriesBasis(1, 3));
  const auto value = [&](double strength) { return deformed_connected(layout, quartic_problem(sites, 3, strength)); };
  const Vector low = value(at - h), high = value(at + h);
  EXPECT_LT((rows.row(1).transpose() + rows.row(3).transpose() * (h * h / 6) - (high - low) / (2 * h)).cwiseAbs().maxCoeff(),
            1e-11);
  EXPECT_LT((rows.row(2).transpose() - (high - 2 * rows.row(0).transpose() + low) / (h * h)).cwiseAbs().maxCoeff(), 3e-6);
}

// The next order in 1/N is some of α's term times 1/N, with a factor from up to four powers of R: 20 at most.
TEST(CosQuartic, LeadingOrderInTheWidth) {
  const MomentLayout layout(4, {2, 4});
  for (const RowMatrix& sites : {line, plane}) {
    const double width = 1e4;
    const RowMatrix rows = deformed_derivatives(layout, quartic_problem(sites, width, 0.0), SeriesBasis(1, 1));
    const auto leading = [&](double strength) {
      return cos_quartic_leading(layout, {SiteSet(sites), sigma_weight, {{sigma_out, 0.0, {}}, width}, strength});
    };
    const Vector slope = leading(1.0) - leading(0.0);
    EXPECT_LT((leading(0.0) - rows.row(0).transpose()).cwiseAbs().maxCoeff(), 1e-12);
    EXPECT_LT((slope.head(10) - rows.row(1).head(10).transpose()).cwiseAbs().maxCoeff(),
              20 / width * slope.head(10).cwiseAbs().maxCoeff());
    EXPECT_LT((slope.tail(35) - rows.row(1).tail(35).transpose()).cwiseAbs().maxCoeff(),
              20 / width * slope.tail(35).cwiseAbs().maxCoeff());
  }
}

// Eq. (B.7) of the talk as printed: α-terms with 1/2d, 1/2d, ½ of ours and +3s²e^{−sq²/2} − 6s²e^{−s(A+B)/2}. Ours is
// wrong by 1/N times a few.
TEST(CosQuartic, PrintedFirstOrderIsRejected) {
  const MomentLayout layout(4, {2, 4});
  const double width = 400;
  for (const RowMatrix& sites : {line, plane}) {
    const auto d = static_cast<double>(sites.cols()), s = sigma_weight * sigma_weight / d;
    double printed = 0.0;
    for (const auto& [q, a, b] : pairings_of_quad(sites)) {
      const double eq = std::exp(-0.5 * s * q), eab = std::exp(-0.5 * s * (a + b));
      printed += s * s * s * (3 * q * eq - 2 * (a + b) * eab) - 2 * std::pow(s, 4) * a * b * eab + s * s * (3 * eq - 6 * eab);
    }
    printed *= std::pow(sigma_out, 4) / (8 * width * width);
    const double exact = quad(layout, deformed_derivatives(layout, quartic_problem(sites, width, 0.0), SeriesBasis(1, 1)).row(1));
    const auto leading = [&](double strength) {
      return quad(layout, cos_quartic_leading(layout, {SiteSet(sites), sigma_weight, {{sigma_out, 0.0, {}}, width}, strength}));
    };
    EXPECT_NEAR(leading(1.0) - leading(0.0), exact, 4 / width * std::abs(exact));
    EXPECT_GT(std::abs(printed - exact), 12 / width * std::abs(exact));
  }
}

TEST(CosQuartic, NoEffectAtInfiniteWidth) {
  const MomentLayout layout(4, {2, 4, 6});
  const RowMatrix rows =
      deformed_derivatives(layout, quartic_problem(plane, std::numeric_limits<double>::infinity(), 0.4), SeriesBasis(1, 2));
  EXPECT_NEAR(rows(0, 1), 0.5 * sigma_out * sigma_out * std::exp(-0.25 * sigma_weight * sigma_weight * 0.34), 1e-15);
  EXPECT_EQ(rows.row(0).tail(layout.size() - 10).cwiseAbs().maxCoeff(), 0.0);
  EXPECT_EQ(rows.bottomRows(2).cwiseAbs().maxCoeff(), 0.0);
}

}  // namespace
}  // namespace nnft::cos_quartic_test
