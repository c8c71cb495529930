#include "nnft/field/gaussian_process.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "nnft/core/error.hpp"
#include "support/every_path.hpp"
#include "support/reference_draws.hpp"

namespace nnft::gaussian_process_test {
namespace {

/// A smooth kernel on a line: numerically singular for many sites.
RowMatrix smooth_kernel(int sites) {
  RowMatrix k(sites, sites);
  for (int p = 0; p < sites; ++p)
    for (int q = 0; q < sites; ++q) k(p, q) = 0.8 * std::exp(-0.02 * (p - q) * (p - q));
  return k;
}

TEST(CovarianceFactor, ReproducesTheMatrixWithFewColumns) {
  const RowMatrix k = smooth_kernel(25);
  const RowMatrix factor = covariance_factor(k);
  EXPECT_LT(factor.cols(), 25);
  EXPECT_LT((factor * factor.transpose() - k).cwiseAbs().maxCoeff(), 1e-12);
  RowMatrix rank_one(2, 2);
  rank_one << 1.0, 2.0, 2.0, 4.0;
  EXPECT_EQ(covariance_factor(rank_one).cols(), 1);
}

TEST(CovarianceFactor, RefusesWhatIsNoCovariance) {
  RowMatrix k(2, 2);
  k << 1.0, 2.0, 2.0, 1.0;
  EXPECT_THROW(covariance_factor(k), UsageError);
  k << 1.0, 0.1, 0.2, 1.0;
  EXPECT_THROW(covariance_factor(k), UsageError);
  k << 1.0, std::nan(""), std::nan(""), 1.0;
  EXPECT_THROW(covariance_factor(k), UsageError);
  EXPECT_THROW(covariance_factor(RowMatrix::Zero(2, 2)), UsageError);
  EXPECT_THROW(covariance_factor(RowMatrix::Ones(2, 3)), ShapeError);
  EXPECT_THROW(covariance_factor(RowMatrix(0, 0)), ShapeError);
}

using GaussianProcessOn = test::EveryPath;

TEST_P(GaussianProcessOn, FieldsAreTheFactorTimesNormalVariates) {
  for (const int sites : {1, 2, 5, 25}) {
    const RowMatrix k = smooth_kernel(sites), factor = covariance_factor(k);
    const Stream stream = Stream::process(10);
    GaussianProcess process(k, stream, GetParam());
    std::vector<double> fields(static_cast<std::size_t>(sites * batch_samples)), shifted = fields;
    process.fields(300, fields.data());
    process.fields(299, shifted.data());
    for (const std::uint32_t lane : {0u, 14u}) {
      Vector xi(process.rank());
      for (int n = 0; n < process.rank(); ++n)
        xi[n] = test::normal(stream, Purpose::process, 300 + lane, static_cast<std::uint32_t>(n));
      const Vector phi = factor * xi;
      for (int p = 0; p < sites; ++p) {
        const auto at = static_cast<std::size_t>(p * batch_samples) + lane;
        EXPECT_NEAR(fields[at], phi[p], 1e-14);
        EXPECT_EQ(fields[at], shifted[at + 1]);
      }
    }
  }
}

TEST_P(GaussianProcessOn, HasItsCovarianceExactlyAndInTheMean) {
  const RowMatrix k = smooth_kernel(3);
  GaussianProcess process(k, Stream::process(4), GetParam());
  EXPECT_EQ(process.kernel_scale(), 1.0);
  EXPECT_EQ(process.kernel_offset(), 0.0);
  EXPECT_TRUE(process.parameters(0).empty());
  std::vector<double> products(6 * batch_samples), fields(3 * batch_samples);
  process.feature_products(0, products.data());
  constexpr int batches = 4096;
  RowMatrix sum = RowMatrix::Zero(3, 3);
  for (int b = 0; b < batches; ++b) {
    process.fields(static_cast<std::uint64_t>(b) * batch_samples, fields.data());
    const Eigen::Map<const RowMatrix> phi(fields.data(), 3, batch_samples);
    sum += phi * phi.transpose();
  }
  for (Eigen::Index p = 0, pair = 0; p < 3; ++p)
    for (Eigen::Index q = p; q < 3; ++q, ++pair) {
      for (std::size_t lane = 0; lane < batch_samples; ++lane)
        EXPECT_EQ(products[static_cast<std::size_t>(pair) * batch_samples + lane], k(p, q));
      constexpr double count = batches * batch_samples;
      const double error = std::sqrt((k(p, p) * k(q, q) + k(p, q) * k(p, q)) / count);
      EXPECT_LT(std::abs(sum(p, q) / count - k(p, q)), 4.5 * error);
    }
}

INSTANTIATE_TEST_SUITE_P(Paths, GaussianProcessOn, test::every_path(), test::path_name);

// Sample 12345 of seed 2024, computed once with Python's integers and math module: frozen for ever.
TEST(GaussianProcess, IsFrozen) {
  RowMatrix k(2, 2);
  k << 4.0, 0.0, 0.0, 1.0;
  GaussianProcess process(k, Stream::process(2024), widest_simd_path());
  std::vector<double> fields(2 * batch_samples);
  process.fields(12345, fields.data());
  EXPECT_NEAR(std::abs(fields[0]), 2.0 * 1.6606913617338364, 1e-14);
  EXPECT_NEAR(std::abs(fields[batch_samples]), 1.7050596531512061, 1e-14);
}

}  // namespace
}  // namespace nnft::gaussian_process_test
