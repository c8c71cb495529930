#include "nnft/theory/cos_ring.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>

#include "nnft/core/error.hpp"
#include "nnft/theory/deformed_connected.hpp"
#include "nnft/theory/one_neuron.hpp"
#include "support/sizes.hpp"
#include "support/two_cos_neurons.hpp"

namespace nnft::cos_ring_test {
namespace {

const RowMatrix line = (RowMatrix(4, 1) << 0.0, 0.5, 1.0, -0.7).finished();
constexpr double sigma_weight = 1.1, sigma_out = 1.3;

DeformedProblem ring_problem(const RowMatrix& sites, double width, double strength) {
  return {CosFeatures{sigma_weight}, SiteSet(sites), {{sigma_out, 0.0, {}}, width}, {{DeformationKind::weight_ring, strength}}};
}

double quad(const MomentLayout& layout, const Vector& row) {
  return row[layout.offset(4) + layout.index(4).position({0, 1, 2, 3})];
}

TEST(RingCovariance, IsTheFourierSum) {
  const SeriesBasis basis(1, 1);
  for (const int n : {1, 2, 3, 4, 7, 20})
    for (const double alpha : {0.0, 0.2, -0.4}) {
      const std::vector<StrengthSeries> c = ring_covariance({1.21, static_cast<double>(n), alpha}, basis);
      for (std::size_t r = 0; r < c.size(); ++r) {
        double sum = 0.0, slope = 0.0;
        for (int j = 0; j < n; ++j) {
          const double k = 2.0 * std::numbers::pi * j / n, inverse = 1.0 / (1.0 + 2.0 * alpha * std::cos(k));
          sum += 1.21 / n * std::cos(k * static_cast<double>(r)) * inverse;
          slope -= 1.21 / n * std::cos(k * static_cast<double>(r)) * 2.0 * std::cos(k) * inverse * inverse;
        }
        const bool beyond = 2 * r > c.size() && c.size() < static_cast<std::size_t>(n);
        if (beyond) continue;
        EXPECT_NEAR(static_cast<double>(c[r][0]), sum, 1e-14) << n << ' ' << alpha << ' ' << r;
        EXPECT_NEAR(static_cast<double>(c[r][1]), slope, 1e-13) << n << ' ' << alpha << ' ' << r;
      }
    }
}

// Values of the closed form in another program, to the digits given.
TEST(CosRing, QuadsOfTwentyNeurons) {
  const MomentLayout layout(4, {2, 4});
  const auto value = [&](double strength) { return quad(layout, deformed_connected(layout, ring_problem(line, 20, strength))); };
  EXPECT_NEAR(value(0.0), 0.04122905, 0.5e-8);
  EXPECT_NEAR(value(0.2), 0.04281496, 0.5e-8);
  EXPECT_NEAR(value(-0.2), value(0.2), 1e-15);
  EXPECT_NEAR(value(0.4), 0.05383952, 0.5e-8);
  EXPECT_NEAR(value(-0.4), 0.05383952, 0.5e-8);
}

TEST(CosRing, OrderSixOfTwoNeuronsByPlainSums) {
  const MomentLayout layout(2, {2, 4, 6});
  const Vector points{{0.2, 0.9}};
  const double strength = 0.3, s = sigma_weight * sigma_weight;
  const auto density = [&](double neighbours) {
    return [=](double v, double w) { return std::exp(-0.5 * (v * v + w * w) / s - neighbours * strength * v * w / s); };
  };
  DeformedProblem problem = ring_problem(points, 2, strength);
  problem.readout.output.sigma_out = 1.0;
  const Vector exact = deformed_connected(layout, problem);
  NNFT_SKIP_IF_SMALL();
  // Both neighbours of a neuron are the other one. Rounding of sums of 3·10⁵ terms of order one.
  EXPECT_LT((exact - test::two_cos_neurons(layout, points, 14.0, density(2.0))).cwiseAbs().maxCoeff(), 1e-12);
  EXPECT_GT((exact - test::two_cos_neurons(layout, points, 14.0, density(1.0))).cwiseAbs().tail(7).maxCoeff(), 1e-4);
}

// One neuron is its own neighbour: a free net of variance s/(1 + 2α).
TEST(CosRing, OneNeuron) {
  const MomentLayout layout(2, {2, 4, 6});
  DeformedProblem free = ring_problem(line.topRows(2), 1, 0.0);
  free.net = CosFeatures{sigma_weight / std::sqrt(1.4)};
  free.deformations.clear();
  const Vector ring = deformed_connected(layout, ring_problem(line.topRows(2), 1, 0.2));
  EXPECT_LT((ring - deformed_connected(layout, free)).cwiseAbs().maxCoeff(), 1e-14);
}

// Independent neurons: the same as the isotropic density at strength 0, through other sums.
TEST(CosRing, WithoutStrengthIsTheFreeNet) {
  const MomentLayout layout(2, {2, 4, 6});
  for (const double width : {1.0, 2.0, 3.0, 50.0}) {
    DeformedProblem quartic = ring_problem(line.topRows(2), width, 0.0);
    quartic.deformations.front().kind = DeformationKind::weight_quartic;
    const RowMatrix rows = deformed_derivatives(layout, ring_problem(line.topRows(2), width, 0.0), SeriesBasis(1, 1));
    EXPECT_LT((rows.row(0).transpose() - deformed_connected(layout, quartic)).cwiseAbs().maxCoeff(), 1e-14);
  }
}

// A ring of neurons cut short where correlations have died out, against the Fourier sum over all of them.
TEST(CosRing, LargeRings) {
  const MomentLayout layout(4, {2, 4});
  const double n = 1000, alpha = 0.3, s = sigma_weight * sigma_weight;
  std::vector<double> c(1000, 0.0);
  for (std::size_t r = 0; r < c.size(); ++r)
    for (int j = 0; j < 1000; ++j) {
      const double k = 2.0 * std::numbers::pi * j / n;
      c[r] += s / n * std::cos(k * static_cast<double>(r)) / (1.0 + 2.0 * alpha * std::cos(k));
    }
  double sum = 0.0;
  for (const auto& p : {std::array{0, 1, 2, 3}, std::array{0, 2, 1, 3}, std::array{0, 3, 1, 2}}) {
    const double ab = line(p[0], 0) - line(p[1], 0), cd = line(p[2], 0) - line(p[3], 0);
    const double q = line(p[0], 0) + line(p[1], 0) - line(p[2], 0) - line(p[3], 0);
    sum += 3.0 / (8 * n) * std::exp(-0.5 * c[0] * q * q);
    double neurons = -n;
    for (std::size_t r = 1; r < c.size(); ++r) neurons += std::cosh(c[r] * ab * cd);
    sum += std::exp(-0.5 * c[0] * (ab * ab + cd * cd)) * neurons / (4 * n);
  }
  EXPECT_NEAR(quad(layout, deformed_connected(layout, ring_problem(line, n, alpha))), std::pow(sigma_out, 4) * sum, 1e-14);
}

/// E[φ_1…φ_6] of a ring, σ_a = 1, from all choices of the neurons of three pairs of legs and of the signs of all legs.
double sextet_of_ring(const std::vector<double>& c, const std::vector<double>& x, const std::vector<int>& pairs) {
  const int n = static_cast<int>(c.size());
  double sum = 0.0;
  for (int choice = 0; choice < n * n * n; ++choice) {
    const std::array<int, 3> neuron_of_pair = {choice % n, choice / n % n, choice / n / n};
    for (int signs = 0; signs < 64; ++signs) {
      std::vector<int> charge(c.size(), 0);
      double exponent = 0.0;
      for (int leg = 0; leg < 6; ++leg) {
        const int i = neuron_of_pair[static_cast<std::size_t>(pairs[static_cast<std::size_t>(leg)])];
        const int sign = signs >> leg & 1 ? 1 : -1;
        charge[static_cast<std::size_t>(i)] += sign;
        for (int other = 0; other < 6; ++other) {
          const int j = neuron_of_pair[static_cast<std::size_t>(pairs[static_cast<std::size_t>(other)])];
          exponent -= 0.5 * sign * (signs >> other & 1 ? 1 : -1) * c[static_cast<std::size_t>((i - j + n) % n)] *
                      x[static_cast<std::size_t>(leg)] * x[static_cast<std::size_t>(other)];
        }
      }
      if (std::all_of(charge.begin(), charge.end(), [](int q) { return q == 0; })) sum += std::exp(exponent) / 64;
    }
  }
  return sum / std::pow(n, 3);
}

// Three neurons at a time: rounding of sums of 10⁵ terms.
TEST(CosRing, SextetsByDirectSums) {
  const MomentLayout layout(2, {2, 4, 6});
  const SeriesBasis basis(0, 0);
  for (const int n : {3, 4, 7}) {
    std::vector<double> c;
    for (const StrengthSeries& series : ring_covariance({1.21, static_cast<double>(n), -0.3}, basis))
      c.push_back(static_cast<double>(series[0]));
    DeformedProblem problem = ring_problem(line.bottomRows(2), n, -0.3);
    problem.readout.output.sigma_out = 1.0;
    const Vector full = full_from_connected(layout, deformed_connected(layout, problem));
    const double p = 1.0, q = -0.7;
    // Of the 15 pairings of p p p q q q, 6 are (pq)(pq)(pq) and 9 are (pp)(qq)(pq).
    const double exact = 6 * sextet_of_ring(c, {p, q, p, q, p, q}, {0, 0, 1, 1, 2, 2}) +
                         9 * sextet_of_ring(c, {p, p, q, q, p, q}, {0, 0, 1, 1, 2, 2});
    EXPECT_NEAR(full[layout.offset(6) + layout.index(6).position({0, 0, 0, 1, 1, 1})], exact, 1e-12) << n;
  }
}

// 100 neurons are summed over in full, 1000 are not. Correlations die out as 3^{−r}, so that N²G6c is the same for both; it is
// the sum of terms N² times as large, in long double.
TEST(CosRing, SextetsOfLargeRings) {
  const MomentLayout layout(4, {2, 4, 6});
  const Vector small = deformed_connected(layout, ring_problem(line, 100, 0.3));
  const Vector large = deformed_connected(layout, ring_problem(line, 1000, 0.3));
  const int sextets = layout.index(6).size();
  EXPECT_LT((small.tail(sextets) * 1e4 - large.tail(sextets) * 1e6).cwiseAbs().maxCoeff(), 1e6 * 1e-17);
}

// Central differences of step h are wrong by h²/6 of the third derivative, and 1e-16/h^k of values of order one.
TEST(CosRing, DerivativesAreDifferencesOfValues) {
  const MomentLayout layout(2, {2, 4, 6});
  const RowMatrix sites = line.topRows(2);
  const double h = 1e-3;
  for (const double at : {0.0, 0.25})
    for (const double width : {3.0, 30.0, std::numeric_limits<double>::infinity()}) {
      const RowMatrix rows = deformed_derivatives(layout, ring_problem(sites, width, at), SeriesBasis(1, 3));
      const auto value = [&](double strength) { return deformed_connected(layout, ring_problem(sites, width, strength)); };
      const Vector low = value(at - h), high = value(at + h);
      EXPECT_LT((rows.row(1).transpose() + rows.row(3).transpose() * (h * h / 6) - (high - low) / (2 * h)).cwiseAbs().maxCoeff(),
                1e-10);
      EXPECT_LT((rows.row(2).transpose() - (high - 2 * rows.row(0).transpose() + low) / (h * h)).cwiseAbs().maxCoeff(), 1e-4);
    }
}

// Odd derivatives vanish for even N: the neurons of every other place may change sign.
TEST(CosRing, EvenInTheStrength) {
  const MomentLayout layout(2, {2, 4, 6});
  const RowMatrix rows = deformed_derivatives(layout, ring_problem(line.topRows(2), 6, 0.0), SeriesBasis(1, 3));
  EXPECT_LT(rows.row(1).cwiseAbs().maxCoeff() + rows.row(3).cwiseAbs().maxCoeff(), 1e-14);
  EXPECT_GT(rows.row(2).cwiseAbs().maxCoeff(), 1e-3);
}

TEST(CosRing, RefusesOrderEight) {
  EXPECT_THROW(deformed_connected(MomentLayout(1, {2, 4, 6, 8}), ring_problem(line.topRows(1), 5, 0.1)), UsageError);
}

}  // namespace
}  // namespace nnft::cos_ring_test
