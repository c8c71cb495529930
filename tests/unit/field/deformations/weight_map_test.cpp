#include "nnft/field/deformations/weight_map.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "nnft/core/error.hpp"
#include "nnft/core/types.hpp"
#include "nnft/field/deformations/quartic_map.hpp"
#include "nnft/field/deformations/ring_map.hpp"
#include "nnft/random/variates.hpp"

namespace nnft::weight_map_test {
namespace {

constexpr DeformationKind quartic = DeformationKind::weight_quartic, ring = DeformationKind::weight_ring;

std::vector<double> normals(std::uint64_t first_sample, int count) {
  std::vector<double> z(static_cast<std::size_t>(count + count % 2) * batch_samples);
  variate_kernels(SimdPath::generic).normals(Stream(7, 1), {Purpose::input_weight, first_sample, 0, count}, z.data());
  z.resize(static_cast<std::size_t>(count) * batch_samples);
  return z;
}

/// A batch of `neurons` mapped in tiles of at most `tile`.
std::vector<double> mapped(WeightMap& map, const std::vector<double>& z, int neurons, int tile) {
  const std::size_t extent = z.size() / static_cast<std::size_t>(neurons);
  std::vector<double> w = z;
  const auto pass = [&](auto&& act) {
    for (int i = 0; i < neurons; i += tile) act(std::min(tile, neurons - i), w.data() + static_cast<std::size_t>(i) * extent);
  };
  map.start();
  if (map.needs_survey()) pass([&](int count, const double* part) { map.survey(count, part); });
  pass([&](int count, double* part) { map.map(count, part, part); });
  return w;
}

TEST(WeightMap, DoesNotDependOnTheTilesNorOnTheBatchBefore) {
  constexpr int neurons = 13, d = 3;
  const std::vector<double> z = normals(32, neurons * d), other = normals(64, neurons * d);
  for (const Deformation& deformation : {Deformation{quartic, 0.7}, Deformation{ring, 0.3}}) {
    const auto map = weight_map(deformation, 1.2, neurons, d);
    const std::vector<double> whole = mapped(*map, z, neurons, neurons);
    EXPECT_NE(whole, z);
    for (const int tile : {1, 4, 12}) {
      mapped(*map, other, neurons, 5);
      EXPECT_EQ(mapped(*map, z, neurons, tile), whole);
    }
  }
}

TEST(WeightMap, IsTheIdentityAtStrengthZero) {
  std::vector<double> z = normals(0, 6);
  z[5] = -0.0;
  for (const DeformationKind kind : {quartic, ring})
    for (const double strength : {0.0, -0.0}) {
      const auto map = weight_map({kind, strength}, 0.8, 3, 2);
      EXPECT_FALSE(map->needs_survey());
      std::vector<double> w(z.size());
      map->start();
      map->map(3, z.data(), w.data());
      EXPECT_EQ(w, z);
      EXPECT_TRUE(std::signbit(w[5]));
    }
}

TEST(WeightMap, RefusesStrengthsWithoutADensity) {
  const double nan = std::nan(""), infinity = std::numeric_limits<double>::infinity();
  for (const double strength : {-1e-6, nan, infinity}) EXPECT_THROW(weight_map({quartic, strength}, 1.0, 10, 1), UsageError);
  for (const double strength : {0.5, -0.5, 3.0, nan}) EXPECT_THROW(weight_map({ring, strength}, 1.0, 10, 1), UsageError);
  EXPECT_THROW(weight_map({quartic, 0.1}, nan, 10, 1), UsageError);
  EXPECT_THROW(weight_map({DeformationKind::shared_scale, 0.1}, 1.0, 10, 1), UsageError);
}

/// E[ρ²] and E[ρ⁴] of the density ∝ ρ^(D−1) exp(−ρ²/2 − bρ⁴), by Simpson's rule.
std::pair<double, double> radial_moments(int dimension, double b) {
  double sums[3] = {};
  for (int k = 1; k < 20000; ++k) {
    const double x = k * 1e-3;
    const double p = (k % 2 == 0 ? 2.0 : 4.0) * std::exp((dimension - 1) * std::log(x) - 0.5 * x * x - b * x * x * x * x);
    sums[0] += p;
    sums[1] += p * x * x;
    sums[2] += p * x * x * x * x;
  }
  return {sums[1] / sums[0], sums[2] / sums[0]};
}

TEST(QuarticMap, GivesTheDeformedMomentsOfTheLength) {
  constexpr int neurons = 5, d = 2, batches = 2000;
  constexpr double strength = 3.0, variance = 0.6, b = strength * variance * variance / (neurons * neurons);
  QuarticMap map(strength, variance, neurons, d);
  double sums[4] = {};
  for (int batch = 0; batch < batches; ++batch) {
    const std::vector<double> z = normals(static_cast<std::uint64_t>(batch) * batch_samples, neurons * d);
    const std::vector<double> w = mapped(map, z, neurons, 2);
    for (std::size_t s = 0; s < batch_samples; ++s) {
      double square = 0.0;
      for (std::size_t k = s; k < w.size(); k += batch_samples) {
        square += w[k] * w[k];
        EXPECT_NEAR(w[k] * z[s], z[k] * w[s], 1e-14);  // the direction is kept
      }
      for (double power = 1.0; double& sum : sums) sum += power *= square;
    }
  }
  for (double& sum : sums) sum /= batches * batch_samples;
  const double error = std::sqrt((sums[1] - sums[0] * sums[0]) / (batches * batch_samples));
  const double error2 = std::sqrt((sums[3] - sums[1] * sums[1]) / (batches * batch_samples));
  const auto [square, fourth] = radial_moments(neurons * d, b);
  EXPECT_NEAR(sums[0], square, 4.0 * error);
  EXPECT_NEAR(sums[1], fourth, 4.0 * error2);
  EXPECT_GT(std::abs(sums[0] - neurons * d), 50.0 * error);
  EXPECT_GT(std::abs(sums[0] - radial_moments(neurons * d, 1.1 * b).first), 6.0 * error);
}

/// The matrix of a ring map, a column per unit vector, from batches of them in the second of two components.
RowMatrix ring_matrix(double alpha, int n) {
  RingMap map(alpha, static_cast<std::uint32_t>(n), 2);
  RowMatrix matrix(n, n);
  for (int first = 0; first < n; first += batch_samples) {
    std::vector<double> z(static_cast<std::size_t>(n) * 2 * batch_samples, 0.0);
    const auto place = [](int i, int s) { return static_cast<std::size_t>((2 * i + 1) * batch_samples + s); };
    const int count = std::min(n - first, batch_samples);
    for (int s = 0; s < count; ++s) z[place(first + s, s)] = 1.0;
    const std::vector<double> w = mapped(map, z, n, 3);
    for (int i = 0; i < n; ++i) {
      for (int s = 0; s < count; ++s) matrix(i, first + s) = w[place(i, s)];
      EXPECT_EQ(w[place(i, 0) - batch_samples], 0.0);
    }
  }
  return matrix;
}

/// c_r = (1/n) Σ_k cos(kr) / (1 + 2α cos k), the inverse of the precision.
RowMatrix ring_covariance(double alpha, int n) {
  RowMatrix covariance(n, n);
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < n; ++j) {
      long double sum = 0.0L;
      for (int k = 0; k < n; ++k) {
        const long double turn = 2.0L * std::acos(-1.0L) / n;
        sum += std::cos(turn * k * (i - j)) / (1.0L + 2.0L * alpha * std::cos(turn * k));
      }
      covariance(i, j) = static_cast<double>(sum / n);
    }
  return covariance;
}

TEST(RingMap, GivesTheCirculantCovariance) {
  for (const int n : {1, 2, 3, 5, 8, 50})
    for (const double alpha : {-0.499, -0.4, -0.1, 0.1, 0.4, 0.499}) {
      const RowMatrix matrix = ring_matrix(alpha, n), reference = ring_covariance(alpha, n);
      const RowMatrix covariance = matrix * matrix.transpose();
      const double scale = reference.cwiseAbs().maxCoeff();
      EXPECT_LT((covariance - reference).cwiseAbs().maxCoeff(), 1e-13 * scale) << n << " neurons, alpha = " << alpha;
      EXPECT_GT((covariance - ring_covariance(1.001 * alpha, n)).cwiseAbs().maxCoeff(), 1e-6 * scale);
      RowMatrix precision = RowMatrix::Identity(n, n);
      for (int i = 0; i < n; ++i) {
        precision(i, (i + 1) % n) += alpha;
        precision((i + 1) % n, i) += alpha;
      }
      EXPECT_LT((precision * covariance - RowMatrix::Identity(n, n)).cwiseAbs().maxCoeff(), 1e-13 * scale);
    }
}

}  // namespace
}  // namespace nnft::weight_map_test
