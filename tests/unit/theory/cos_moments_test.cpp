#include "nnft/theory/cos_moments.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "nnft/core/error.hpp"

namespace nnft::cos_moments_test {
namespace {

// The closed forms of G2 and G4c as the literature prints them, against the general construction from one neuron.
TEST(CosExact, AgreesWithTheClosedForms) {
  RowMatrix x(4, 2);
  x << 0.0, 0.0, 0.5, 0.3, 1.0, -0.2, -0.7, 0.4;
  const double sigma_w = 1.1, sigma_a = 1.3, width = 20.0, s = sigma_w * sigma_w / 2.0;
  const MomentLayout layout(4, {2, 4});
  const Vector connected = connected_from_one_neuron(layout, cos_feature_moment(SiteSet(x), sigma_w), sigma_a, width);
  const auto site = [&](int p) -> Vector { return x.row(p).transpose(); };
  const auto pair = [&](int p, int q) { return 0.5 * std::exp(-0.5 * s * (site(p) - site(q)).squaredNorm()); };
  for (int t = 0; t < layout.index(2).size(); ++t) {
    const int* i = layout.index(2).tuple(t);
    EXPECT_NEAR(connected[t], sigma_a * sigma_a * pair(i[0], i[1]), 1e-15);
  }
  for (int t = 0; t < layout.index(4).size(); ++t) {
    const int* i = layout.index(4).tuple(t);
    const Vector a = site(i[0]), b = site(i[1]), c = site(i[2]), d = site(i[3]);
    const double four = (std::exp(-0.5 * s * (a + b - c - d).squaredNorm()) + std::exp(-0.5 * s * (a - b + c - d).squaredNorm()) +
                         std::exp(-0.5 * s * (a - b - c + d).squaredNorm())) /
                        8.0;
    const double pairings =
        pair(i[0], i[1]) * pair(i[2], i[3]) + pair(i[0], i[2]) * pair(i[1], i[3]) + pair(i[0], i[3]) * pair(i[1], i[2]);
    EXPECT_NEAR(connected[layout.offset(4) + t], std::pow(sigma_a, 4) / width * (3.0 * four - pairings), 1e-15);
  }
}

// G4c at σ_w = 1.1, σ_a = 1.3, N = 20, x = (0, 0.5, 1, −0.7), from an independent calculation.
TEST(CosExact, AgreesWithAnIndependentNumber) {
  RowMatrix x(4, 1);
  x << 0.0, 0.5, 1.0, -0.7;
  const MomentLayout layout(4, {2, 4});
  const Vector connected = connected_from_one_neuron(layout, cos_feature_moment(SiteSet(x), 1.1), 1.3, 20.0);
  EXPECT_NEAR(connected[layout.offset(4) + layout.index(4).position({0, 1, 2, 3})], 0.04122905, 5e-9);
}

// One site: E[cos^n] = C(n, n/2)/2^n, and the textbook formula of the sixth cumulant.
TEST(CosExact, SixthOrderAtOneSite) {
  const MomentLayout layout(1, {2, 4, 6});
  const Vector connected = connected_from_one_neuron(layout, cos_feature_moment(SiteSet(RowMatrix::Zero(1, 1)), 1.0), 1.0, 10.0);
  const double m2 = 0.5, m4 = 3.0 * 3.0 / 8.0, m6 = 15.0 * 5.0 / 16.0;
  EXPECT_NEAR(connected[0], m2, 1e-15);
  EXPECT_NEAR(connected[1], (m4 - 3 * m2 * m2) / 10.0, 1e-15);
  EXPECT_NEAR(connected[2], (m6 - 15 * m4 * m2 + 30 * m2 * m2 * m2) / 100.0, 1e-15);
}

TEST(CosExact, RefusesWidthZero) {
  EXPECT_THROW(connected_from_one_neuron(MomentLayout(1, {2}), cos_feature_moment(SiteSet(RowMatrix::Zero(1, 1)), 1.0), 1.0, 0.0),
               UsageError);
}

}  // namespace
}  // namespace nnft::cos_moments_test
