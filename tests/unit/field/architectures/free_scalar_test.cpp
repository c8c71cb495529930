#include "nnft/field/architectures/free_scalar.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include "field/momentum_radius.hpp"
#include "nnft/core/error.hpp"
#include "nnft/field/network_ensemble.hpp"
#include "support/every_path.hpp"
#include "support/reference_draws.hpp"

namespace nnft::free_scalar_test {
namespace {

constexpr double pi = std::numbers::pi;

/// ∫_0^R x^(d−1) (x² + 1)^(−(1+e)) dx by Simpson's rule.
double simpson(int d, double e, double radius) {
  constexpr int steps = 20000;
  const auto density = [&](double x) { return std::pow(x, d - 1) * std::pow(x * x + 1.0, -(1.0 + e)); };
  double sum = density(0.0) + density(radius);
  for (int k = 1; k < steps; ++k) sum += (k % 2 == 0 ? 2.0 : 4.0) * density(radius * k / steps);
  return sum * radius / steps / 3.0;
}

TEST(FreeScalarSpec, NormsAreTheIntegrals) {
  const auto norm = [](double m, double cutoff, double e, int d) { return FreeScalarSpec{m, cutoff, e}.momentum_norm(d); };
  EXPECT_NEAR(norm(0.7, 8.0, -1.0, 1), 16.0, 1e-13);
  EXPECT_NEAR(norm(0.7, 8.0, -1.0, 2), pi * 64.0, 1e-12);
  EXPECT_NEAR(norm(0.7, 8.0, -1.0, 3), 4.0 / 3.0 * pi * 512.0, 1e-11);
  EXPECT_NEAR(norm(0.7, 8.0, 0.0, 1), 2.0 / 0.7 * std::atan(8.0 / 0.7), 1e-14);
  EXPECT_NEAR(norm(0.7, 8.0, 0.0, 2), pi * std::log(1.0 + 64.0 / 0.49), 1e-13);
  EXPECT_NEAR(norm(0.7, 8.0, 0.0, 3), 4.0 * pi * (8.0 - 0.7 * std::atan(8.0 / 0.7)), 1e-12);
  for (const int d : {1, 2, 3}) {
    const double sphere = d == 1 ? 2.0 : d == 2 ? 2.0 * pi : 4.0 * pi;
    const double reference = sphere * std::pow(0.7, d - 2.0 + 0.8) * simpson(d, -0.4, 5.0 / 0.7);
    EXPECT_NEAR(norm(0.7, 5.0, -0.4, d), reference, 1e-10 * reference);
    EXPECT_NEAR((FreeScalarSpec{0.7, 5.0, -0.4}.amplitude(d)), std::sqrt(2.0 * reference / std::pow(2.0 * pi, d)), 1e-9);
  }
}

// r is right if F(r) = t^d F(R): the error of r is that of F over F′.
TEST(MomentumRadius, InvertsTheRadialDistribution) {
  for (const int d : {1, 2, 3})
    for (const double e : {-1.0, -0.8, -0.5, -0.1, 0.0})
      for (const double cutoff : {0.2, 1.0, 8.0, 60.0}) {
        const MomentumRadius radius(d, e, cutoff);
        const long double whole = radial_integral(d, e, cutoff);
        double worst = 0.0;
        for (const double t : {0.001, 0.0137, 0.1, 0.33, 0.5, 0.71, 0.9, 0.99, 0.9993}) {
          const double r = radius(t);
          const double slope = std::pow(r, d - 1) * std::pow(r * r + 1.0, -(1.0 + e));
          const auto target = std::pow(static_cast<long double>(t), d) * whole;
          worst = std::max(worst, std::abs(static_cast<double>(radial_integral(d, e, r) - target)) / slope);
        }
        EXPECT_LT(worst, 1e-13 * cutoff) << "d = " << d << ", e = " << e << ", cutoff " << cutoff;
        EXPECT_NEAR(radius(0.0), 0.0, 1e-15 * cutoff);
        EXPECT_NEAR(radius(1.0), cutoff, 1e-13 * cutoff);
      }
  const MomentumRadius tangent(1, 0.0, 8.0);
  for (double t = 0.0; t < 1.0; t += 0.00217) EXPECT_NEAR(tangent(t), std::tan(t * std::atan(8.0)), 8e-13);
  EXPECT_THROW(MomentumRadius(1, 0.0, 1e9), UsageError);
}

struct Mode {
  Vector momentum;
  double amplitude;
  double phase;
};

/// The mode of neuron i, from scalar draws and the radius that was tested by itself.
Mode mode(const FreeScalarSpec& spec, const MomentumRadius& radius, const Stream& stream, std::uint64_t sample, std::uint32_t i,
          int d) {
  const auto u = [&](int k) {
    return test::uniform(stream, Purpose::momentum, sample,
                         i * static_cast<std::uint32_t>(d == 3 ? 5 : d) + static_cast<std::uint32_t>(k));
  };
  Vector p(d);
  if (d == 1) {
    p << std::copysign(spec.mass * radius(std::abs(2.0 * u(0))), u(0));
  } else if (d == 2) {
    p << std::cos(2.0 * pi * u(1)), std::sin(2.0 * pi * u(1));
    p *= spec.mass * radius(std::sqrt(u(0) + 0.5));
  } else {
    const double z = 2.0 * u(3), across = std::sqrt(1.0 - z * z);
    p << across * std::cos(2.0 * pi * u(4)), across * std::sin(2.0 * pi * u(4)), z;
    p *= spec.mass * radius(std::max({u(0), u(1), u(2)}) + 0.5);
  }
  const double square = p.squaredNorm() + spec.mass * spec.mass;
  return {p, spec.amplitude(d) * std::pow(square, 0.5 * spec.momentum_exponent),
          2.0 * pi * test::uniform(stream, Purpose::phase, sample, i)};
}

using FreeScalar = test::EveryPath;

TEST_P(FreeScalar, FeaturesAndParametersAreTheDefinition) {
  for (const int d : {1, 2, 3})
    for (const double e : {-1.0, -0.3, 0.0}) {
      const FreeScalarSpec spec{0.8, 3.0, e};
      RowMatrix x(3, d);
      for (Eigen::Index k = 0; k < x.size(); ++k) x.data()[k] = std::sin(1.0 + 2.0 * static_cast<double>(k));
      const MomentumRadius radius(d, e, spec.cutoff / spec.mass);
      constexpr std::uint32_t width = 35;
      const Stream stream(3, width);
      const auto sampler = FreeScalarNet(spec).sampler(SiteSet(x), stream, GetParam());
      sampler->start(900);
      std::vector<double> features(static_cast<std::size_t>(sampler->tile()) * 3 * batch_samples);
      const auto tile = static_cast<std::uint32_t>(sampler->tile());
      for (std::uint32_t first = 0; first < width; first += tile) {
        const std::uint32_t count = std::min(tile, width - first);
        sampler->draw(first, static_cast<int>(count));
        sampler->features(0, features.data());
        for (std::uint32_t k = 0; k < count; ++k)
          for (const std::uint32_t lane : {0u, 6u, 15u}) {
            const Mode reference = mode(spec, radius, stream, 900 + lane, first + k, d);
            for (std::uint32_t p = 0; p < 3; ++p)
              EXPECT_NEAR(features[(k * 3 + p) * batch_samples + lane],
                          reference.amplitude * std::cos(x.row(p).dot(reference.momentum) + reference.phase),
                          3e-14 * reference.amplitude);
          }
      }
      const std::vector<ParameterArray> arrays = sampler->parameters();
      ASSERT_EQ(arrays.size(), 2u);
      EXPECT_EQ(arrays[0].name, "momentum");
      EXPECT_EQ(arrays[0].shape, (std::vector<std::uint64_t>{width, static_cast<std::uint64_t>(d)}));
      EXPECT_EQ(arrays[1].name, "phase");
      const Mode last = mode(spec, radius, stream, 900, width - 1, d);
      for (int j = 0; j < d; ++j)
        EXPECT_NEAR(
            arrays[0].values[static_cast<std::size_t>((width - 1) * static_cast<std::uint32_t>(d)) + static_cast<std::size_t>(j)],
            last.momentum[j], 1e-14);
      EXPECT_NEAR(arrays[1].values[width - 1], last.phase, 1e-15);
    }
}

// G₂(0) of physics: the same for every exponent. Closed forms by ∫ d^dp/(2π)^d 1/(p² + m²) over the ball.
TEST_P(FreeScalar, HasThePropagatorForEveryExponent) {
  const double exact[3] = {std::atan(4.0) / pi, std::log(17.0) / (4.0 * pi), (4.0 - std::atan(4.0)) / (2.0 * pi * pi)};
  for (const int d : {1, 2, 3})
    for (const double e : {-1.0, -0.5, 0.0}) {
      constexpr std::uint32_t width = 64;
      constexpr int batches = 512;
      NetworkEnsemble ensemble(FreeScalarNet({1.0, 4.0, e}), SiteSet(RowMatrix::Constant(1, d, 0.3)), Stream(21, width), {},
                               GetParam());
      std::vector<double> k(batch_samples);
      double sum = 0.0, squares = 0.0;
      for (int b = 0; b < batches; ++b) {
        ensemble.feature_products(static_cast<std::uint64_t>(b) * batch_samples, k.data());
        for (const double value : k) {
          sum += value * ensemble.kernel_scale();
          squares += value * value * ensemble.kernel_scale() * ensemble.kernel_scale();
        }
      }
      constexpr double count = batches * batch_samples;
      const double mean = sum / count, error = std::sqrt((squares / count - mean * mean) / count);
      EXPECT_LT(std::abs(mean - exact[d - 1]), 4.5 * error) << "d = " << d << ", e = " << e;
    }
}

INSTANTIATE_TEST_SUITE_P(Paths, FreeScalar, test::every_path(), test::path_name);

TEST(FreeScalarNet, RefusesTheImpossible) {
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_THROW(FreeScalarNet({0.0, 1.0, -1.0}), UsageError);
  EXPECT_THROW(FreeScalarNet({1.0, infinity, -1.0}), UsageError);
  EXPECT_THROW(FreeScalarNet({1.0, 1.0, 0.1}), UsageError);
  EXPECT_THROW(FreeScalarNet({1.0, 1.0, std::nan("")}), UsageError);
  const FreeScalarNet net({1.0, 8.0, -1.0});
  EXPECT_THROW(net.sampler(SiteSet(RowMatrix::Zero(1, 4)), Stream(1, 2), SimdPath::generic), UsageError);
  EXPECT_THROW(net.sampler(SiteSet(RowMatrix::Constant(1, 1, 1e9)), Stream(1, 2), SimdPath::generic), UsageError);
}

}  // namespace
}  // namespace nnft::free_scalar_test
