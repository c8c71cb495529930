#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include "nnft/core/error.hpp"
#include "nnft/field/architectures/cos.hpp"
#include "nnft/field/network_ensemble.hpp"
#include "support/every_path.hpp"
#include "support/reference_draws.hpp"

namespace nnft::cos_ensemble_test {
namespace {

constexpr double sigma_weight = 1.1;
constexpr double sigma_out = 1.3;
const OutputLayer output{sigma_out, 0.0, {}};

RowMatrix two_dimensional_sites(int sites) {
  RowMatrix x(sites, 2);
  for (int p = 0; p < sites; ++p) x.row(p) << 0.3 * p - 0.7, 0.2 - 0.15 * p * p;
  return x;
}

/// A feature of neuron i, from scalar draws and the C library's cosine.
double feature(const Stream& stream, std::uint64_t sample, std::uint32_t i, const Vector& x) {
  const auto d = static_cast<std::uint32_t>(x.size());
  double angle = 2.0 * std::numbers::pi * test::uniform(stream, Purpose::phase, sample, i);
  for (std::uint32_t j = 0; j < d; ++j)
    angle += sigma_weight / std::sqrt(d) * test::normal(stream, Purpose::input_weight, sample, i * d + j) * x[j];
  return std::cos(angle);
}

using CosEnsembleOn = test::EveryPath;

TEST_P(CosEnsembleOn, FieldsAndFeatureProductsAreTheDefinition) {
  for (const int sites : {1, 2, 3, 4, 5, 7, 9})
    for (const std::uint32_t width : {1u, 2u, 33u, 100u}) {
      const RowMatrix x = two_dimensional_sites(sites);
      const Stream stream(99, width);
      NetworkEnsemble ensemble(CosNet(sigma_weight), SiteSet(x), stream, output, GetParam());
      std::vector<double> fields(static_cast<std::size_t>(sites * batch_samples));
      std::vector<double> products(static_cast<std::size_t>(ensemble.pairs() * batch_samples));
      ensemble.fields(1000, fields.data());
      ensemble.feature_products(1000, products.data());
      for (const int lane : {0, 5, batch_samples - 1}) {
        const std::uint64_t sample = 1000 + static_cast<std::uint64_t>(lane);
        RowMatrix h(width, sites);
        for (std::uint32_t i = 0; i < width; ++i)
          for (int p = 0; p < sites; ++p) h(i, p) = feature(stream, sample, i, x.row(p).transpose());
        Vector a(width);
        for (std::uint32_t i = 0; i < width; ++i) a[i] = test::normal(stream, Purpose::output_weight, sample, i);
        const Vector phi = h.transpose() * a * (sigma_out / std::sqrt(width));
        // Roundings of the angle (below 10) and of `width` products, each a few 2^-53.
        const double tolerance = 1e-14 * std::sqrt(width) * 4;
        for (int p = 0, pair = 0; p < sites; ++p) {
          EXPECT_NEAR(fields[static_cast<std::size_t>(p * batch_samples + lane)], phi[p], tolerance);
          for (int q = p; q < sites; ++q, ++pair)
            EXPECT_NEAR(products[static_cast<std::size_t>(pair * batch_samples + lane)], h.col(p).dot(h.col(q)), width * 1e-14);
        }
      }
    }
}

TEST_P(CosEnsembleOn, ASampleIsTheSameInAnyBatch) {
  NetworkEnsemble ensemble(CosNet(sigma_weight), SiteSet(two_dimensional_sites(3)), Stream(4, 21), output, GetParam());
  std::vector<double> aligned(3 * batch_samples), shifted(3 * batch_samples);
  ensemble.fields(64, aligned.data());
  ensemble.fields(64 - 7, shifted.data());
  for (std::size_t p = 0; p < 3; ++p)
    for (std::size_t lane = 0; lane + 7 < batch_samples; ++lane)
      EXPECT_EQ(aligned[p * batch_samples + lane], shifted[p * batch_samples + lane + 7]);
}

INSTANTIATE_TEST_SUITE_P(Paths, CosEnsembleOn, test::every_path(), test::path_name);

// Sample 12345 of seed 2024 at width 17, computed once with Python's integers and math module: frozen for ever.
TEST(CosEnsemble, IsFrozen) {
  RowMatrix x(2, 2);
  x << 0.5, -0.2, 1.0, 0.3;
  for (const std::uint64_t first : {12345u, 12345u - 9u}) {
    NetworkEnsemble ensemble(CosNet(sigma_weight), SiteSet(x), Stream(2024, 17), output, widest_simd_path());
    std::vector<double> fields(2 * batch_samples);
    ensemble.fields(first, fields.data());
    EXPECT_NEAR(fields[12345 - first], 0.593473322718552, 1e-14);
    EXPECT_NEAR(fields[batch_samples + 12345 - first], 0.1984980637949617, 1e-14);
  }
}

TEST(CosEnsemble, RefusesTheImpossible) {
  const SiteSet near(two_dimensional_sites(2));
  const Stream stream(1, 4);
  EXPECT_THROW(CosNet(0.0), UsageError);
  EXPECT_THROW((CosNet(std::numeric_limits<double>::infinity())), UsageError);
  EXPECT_THROW(NetworkEnsemble(CosNet(1.0), near, stream, {-1.0, 0.0, {}}, SimdPath::generic), UsageError);
  EXPECT_THROW(NetworkEnsemble(CosNet(1.0), SiteSet(RowMatrix::Constant(1, 2, 1e12)), stream, {}, SimdPath::generic), UsageError);
  EXPECT_THROW(SiteSet(RowMatrix(0, 2)), ShapeError);
  EXPECT_THROW(SiteSet(RowMatrix::Constant(1, 1, std::nan(""))), ShapeError);
}

}  // namespace
}  // namespace nnft::cos_ensemble_test
