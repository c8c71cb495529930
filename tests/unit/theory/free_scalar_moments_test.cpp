#include "nnft/theory/free_scalar_moments.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <numbers>

#include "nnft/core/error.hpp"
#include "nnft/theory/ball_integral.hpp"

namespace nnft::free_scalar_moments_test {
namespace {

SiteSet on_the_first_axis(int dimension, std::initializer_list<double> positions) {
  RowMatrix x = RowMatrix::Zero(static_cast<Eigen::Index>(positions.size()), dimension);
  Eigen::Index row = 0;
  for (const double position : positions) x(row++, 0) = position;
  return SiteSet(x);
}

// Propagators from an independent calculation.
TEST(FreeScalarExact, PropagatorsAreTheKnownNumbers) {
  const RowMatrix one = free_scalar_propagator(on_the_first_axis(1, {0.0, 0.7, 2.3}), {1.0, 8.0, -1.0});
  EXPECT_NEAR(one(0, 0), 0.46041657583944, 1e-14);
  EXPECT_NEAR(one(0, 0), std::atan(8.0) / std::numbers::pi, 1e-15);
  EXPECT_NEAR(one(0, 1), 0.24294597994734, 1e-14);
  EXPECT_NEAR(one(0, 2), 0.04902038800762, 1e-14);
  const RowMatrix two = free_scalar_propagator(on_the_first_axis(2, {0.0, 0.7}), {1.0, 4.0, -1.0});
  EXPECT_NEAR(two(0, 0), 0.22545995427023, 1e-14);
  EXPECT_NEAR(two(0, 1), 0.12675034739075, 1e-14);
  const RowMatrix three = free_scalar_propagator(on_the_first_axis(3, {0.0, 0.7}), {1.0, 3.0, -1.0});
  EXPECT_NEAR(three(0, 0), 0.08870437742208, 1e-14);
  EXPECT_NEAR(three(0, 1), 0.06259886033374, 1e-14);
}

// G2 is the propagator for every momentum exponent, far apart too.
TEST(FreeScalarExact, TwoPointsAreThePropagator) {
  for (const int d : {1, 2, 3})
    for (const double exponent : {-1.0, -0.4, 0.0}) {
      const SiteSet sites = on_the_first_axis(d, {0.0, 0.7, 30.0});
      const FreeScalarSpec spec{0.6, 5.0, exponent};
      const FeatureMoment moment = free_scalar_feature_moment(sites, spec);
      const RowMatrix propagator = free_scalar_propagator(sites, spec);
      for (int p = 0; p < 3; ++p)
        EXPECT_NEAR(moment(std::array<int, 2>{0, p}), propagator(0, p), 1e-13 * propagator(0, 0)) << d << ' ' << exponent;
    }
}

// Four points: (3/2)v ΣD − ΣGG with v = vol(B)/(2π)^d and D = −dG/dm².
TEST(FreeScalarExact, FourPointsAgreeWithTheMassDerivative) {
  const double cutoff = 4.0, step = 1e-3, volume = std::numbers::pi * cutoff * cutoff / std::pow(2 * std::numbers::pi, 2);
  RowMatrix x(4, 2);
  x << 0.0, 0.0, 0.5, 0.3, 1.0, -0.2, -0.7, 0.4;
  const auto propagator = [&](double mass_squared, const Vector& r) {
    RowMatrix ends = RowMatrix::Zero(2, 2);
    ends.row(1) = r.transpose();
    return free_scalar_propagator(SiteSet(ends), {std::sqrt(mass_squared), cutoff, -1.0})(0, 1);
  };
  double sum = 0.0;
  for (const auto& s : {std::array{1, -1, -1}, std::array{-1, 1, -1}, std::array{-1, -1, 1}}) {
    const Vector q =
        x.row(0).transpose() + s[0] * x.row(1).transpose() + s[1] * x.row(2).transpose() + s[2] * x.row(3).transpose();
    sum += (propagator(1.0 - step, q) - propagator(1.0 + step, q)) / (2 * step);
  }
  const double four = free_scalar_feature_moment(SiteSet(x), {1.0, cutoff, -1.0})(std::array<int, 4>{0, 1, 2, 3});
  EXPECT_NEAR(3.0 * four / (1.5 * volume * sum), 1.0, 5e-6);  // the derivative is good to step²
}

// N G4c/G2² at coincident points: 10.5, 5.4, 3.3 with uniform momenta, 3/2 with constant amplitude.
TEST(FreeScalarExact, CoincidentRatios) {
  const MomentLayout layout(1, {2, 4});
  const auto ratio = [&](int d, double cutoff, double exponent) {
    const FeatureMoment moment = free_scalar_feature_moment(SiteSet(RowMatrix::Zero(1, d)), {1.0, cutoff, exponent});
    const Vector connected = connected_from_one_neuron(layout, moment, 1.0, 1.0);
    return connected[1] / (connected[0] * connected[0]);
  };
  EXPECT_NEAR(ratio(1, 8.0, -1.0), 10.5, 0.05);
  EXPECT_NEAR(ratio(2, 4.0, -1.0), 5.4, 0.05);
  EXPECT_NEAR(ratio(3, 3.0, -1.0), 3.3, 0.05);
  for (const int d : {1, 2, 3}) EXPECT_NEAR(ratio(d, 4.0, 0.0), 1.5, 1e-12);
}

TEST(FreeScalarExact, RefusesFourDimensions) {
  EXPECT_THROW(free_scalar_propagator(SiteSet(RowMatrix::Zero(1, 4)), {}), UsageError);
  EXPECT_THROW(free_scalar_feature_moment(SiteSet(RowMatrix::Zero(1, 4)), {}), UsageError);
}

}  // namespace
}  // namespace nnft::free_scalar_moments_test
