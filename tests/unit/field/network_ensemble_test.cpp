#include "nnft/field/network_ensemble.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "nnft/core/error.hpp"
#include "nnft/field/architectures/cos.hpp"
#include "nnft/field/architectures/free_scalar.hpp"
#include "nnft/field/architectures/gauss.hpp"
#include "nnft/field/architectures/mlp.hpp"
#include "support/every_path.hpp"
#include "support/reference_nets.hpp"

namespace nnft::network_ensemble_test {
namespace {

RowMatrix two_sites() {
  RowMatrix x(2, 2);
  x << 0.5, -0.2, 1.0, 0.3;
  return x;
}

const MlpSpec deep{Activation::tanh, 2, {5}, 1.1, 0.4, {}};

/// Fields [site][sample] of every architecture, free-scalar in each dimension and with each way to its radii.
std::vector<std::vector<double>> fields_of_all(std::uint64_t first_sample, SimdPath path) {
  std::vector<std::vector<double>> all;
  const auto add = [&](const Architecture& architecture, int d) {
    const SiteSet sites(RowMatrix(two_sites().leftCols(1).replicate(1, d)));
    NetworkEnsemble ensemble(architecture, sites, Stream(4, 35), {1.3, 0.2, {}}, path);
    all.emplace_back(2 * batch_samples);
    ensemble.fields(first_sample, all.back().data());
  };
  add(CosNet(1.1), 2);
  add(MlpNet(deep), 2);
  add(GaussNet({1.1, 0.4}), 2);
  for (const int d : {1, 2, 3})
    for (const double exponent : {-1.0, -0.3, 0.0}) add(FreeScalarNet({0.8, 3.0, exponent}), d);
  return all;
}

using NetworkEnsembleOn = test::EveryPath;

TEST_P(NetworkEnsembleOn, ASampleIsTheSameInAnyBatch) {
  const auto aligned = fields_of_all(64, GetParam()), shifted = fields_of_all(64 - 7, GetParam());
  for (std::size_t n = 0; n < aligned.size(); ++n)
    for (std::size_t row = 0; row < aligned[n].size(); row += batch_samples)
      for (std::size_t lane = 0; lane + 7 < batch_samples; ++lane)
        EXPECT_EQ(aligned[n][row + lane], shifted[n][row + lane + 7]) << "net " << n;
}

TEST_P(NetworkEnsembleOn, AddsOutputWeightsAndBiasOfAnyDensity) {
  const RowMatrix x = two_sites();
  for (const DensityShape shape : all_density_shapes())
    for (const double sigma_out_bias : {0.0, 0.7}) {
      const OutputLayer output{1.3, sigma_out_bias, {shape, shape == DensityShape::student_t ? 4.5 : 0.0}};
      const Stream stream(2, 35);
      NetworkEnsemble ensemble(MlpNet(deep), SiteSet(x), stream, output, GetParam());
      EXPECT_NEAR(ensemble.kernel_scale(), 1.69 / 35, 1e-15);
      EXPECT_EQ(ensemble.kernel_offset(), sigma_out_bias * sigma_out_bias);
      std::vector<double> fields(2 * batch_samples), products(3 * batch_samples);
      ensemble.fields(40, fields.data());
      ensemble.feature_products(40, products.data());
      for (const std::uint32_t lane : {0u, 15u}) {
        const RowMatrix h = test::mlp_features(deep, stream, 40 + lane, x);
        for (Eigen::Index p = 0; p < 2; ++p) {
          double phi = sigma_out_bias * test::variate(output.density, stream, Purpose::output_bias, 40 + lane, 0);
          for (std::uint32_t i = 0; i < 35; ++i)
            phi += 1.3 / std::sqrt(35.0) * test::variate(output.density, stream, Purpose::output_weight, 40 + lane, i) * h(i, p);
          EXPECT_NEAR(fields[static_cast<std::size_t>(p) * batch_samples + lane], phi, 1e-13) << to_string(shape);
        }
        EXPECT_NEAR(products[batch_samples + lane], h.col(0).dot(h.col(1)), 1e-13);
      }
    }
}

TEST_P(NetworkEnsembleOn, TellsTheParametersThatMakeTheField) {
  const RowMatrix x = two_sites();
  NetworkEnsemble ensemble(MlpNet(deep), SiteSet(x), Stream(2, 9), {1.3, 0.7, {DensityShape::laplace, 0.0}}, GetParam());
  const std::vector<ParameterArray> arrays = ensemble.parameters(1234);
  std::vector<double> fields(2 * batch_samples);
  ensemble.fields(1234, fields.data());
  ASSERT_EQ(arrays.size(), 6u);
  EXPECT_EQ(arrays[4].name, "output_weight");
  EXPECT_EQ(arrays[5].name, "output_bias");
  const RowMatrix h = test::mlp_features(deep, Stream(2, 9), 1234, x);
  const Vector phi = h.transpose() * Eigen::Map<const Vector>(arrays[4].values.data(), 9);
  for (Eigen::Index p = 0; p < 2; ++p)
    EXPECT_NEAR(fields[static_cast<std::size_t>(p) * batch_samples], phi[p] + arrays[5].values[0], 1e-14);
}

INSTANTIATE_TEST_SUITE_P(Paths, NetworkEnsembleOn, test::every_path(), test::path_name);

TEST(NetworkEnsemble, FusedPathsAgreeToTheLastBit) {
  if (widest_simd_path() < SimdPath::avx512) GTEST_SKIP() << "this processor has no avx512";
  EXPECT_EQ(fields_of_all(11, SimdPath::avx2), fields_of_all(11, SimdPath::avx512));
}

// Sample 12345 of seed 2024 at width 17, computed once with Python's integers and math module: frozen for ever.
TEST(NetworkEnsemble, IsFrozen) {
  const auto expect = [](const Architecture& architecture, double first, double second) {
    NetworkEnsemble ensemble(architecture, SiteSet(two_sites()), Stream(2024, 17), {1.3, 0.2, {}}, widest_simd_path());
    std::vector<double> fields(2 * batch_samples);
    ensemble.fields(12345 - 3, fields.data());
    EXPECT_NEAR(fields[3], first, 1e-13) << architecture.name();
    EXPECT_NEAR(fields[batch_samples + 3], second, 1e-13) << architecture.name();
  };
  expect(MlpNet(deep), 0.6345672864685046, 0.7488690310244988);
  expect(GaussNet({1.1, 0.4}), -3.5275338715974427, -3.2320210331669275);
  expect(FreeScalarNet({1.0, 4.0, -1.0}), 0.26865095920692056, 0.7174370695636584);
}

TEST(NetworkEnsemble, RefusesTheImpossible) {
  const auto with = [](const OutputLayer& output) {
    return NetworkEnsemble(MlpNet(deep), SiteSet(two_sites()), Stream(1, 3), output, SimdPath::generic).width();
  };
  EXPECT_EQ(with({}), 3u);
  EXPECT_THROW(with({0.0, 0.0, {}}), UsageError);
  EXPECT_THROW(with({1.0, -0.1, {}}), UsageError);
  EXPECT_THROW(with({1.0, std::numeric_limits<double>::infinity(), {}}), UsageError);
  EXPECT_THROW(with({1.0, 0.0, {DensityShape::student_t, 1.5}}), UsageError);
}

}  // namespace
}  // namespace nnft::network_ensemble_test
