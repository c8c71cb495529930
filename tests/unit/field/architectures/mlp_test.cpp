#include "nnft/field/architectures/mlp.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "nnft/core/error.hpp"
#include "nnft/field/network_ensemble.hpp"
#include "support/every_path.hpp"
#include "support/reference_nets.hpp"

namespace nnft::mlp_test {
namespace {

RowMatrix some_sites(int sites, int d) {
  RowMatrix x(sites, d);
  for (int p = 0; p < sites; ++p)
    for (int j = 0; j < d; ++j) x(p, j) = std::sin(1.0 + 3.0 * p + 0.7 * j);
  return x;
}

MlpSpec spec_of(Activation activation, std::vector<std::uint32_t> hidden, double sigma_bias,
                DensityShape shape = DensityShape::normal) {
  const int depth = static_cast<int>(hidden.size()) + 1;
  return {activation, depth, std::move(hidden), 1.3, sigma_bias, {shape, shape == DensityShape::student_t ? 5.0 : 0.0}};
}

struct Case {
  MlpSpec spec;
  std::uint32_t width;
  int sites;
  int d;
};

/// Odd widths and widths of 1, more inputs than are drawn at a time, every density and activation.
std::vector<Case> cases() {
  std::vector<Case> list = {
      {spec_of(Activation::tanh, {}, 0.0), 33, 3, 1},
      {spec_of(Activation::erf, {1}, 0.4), 1, 2, 2},
      {spec_of(Activation::tanh, {7}, 0.4), 5, 4, 1},
      {spec_of(Activation::relu, {67, 35}, 0.0), 41, 5, 3},
      {spec_of(Activation::gelu, {3, 1, 5}, 0.2), 2, 1, 1},
      {spec_of(Activation::sin, {33}, 0.1, DensityShape::laplace), 3, 9, 1},
      {spec_of(Activation::tanh, {9}, 0.1, DensityShape::student_t), 11, 3, 1},
      {spec_of(Activation::sigmoid, {5}, 0.1, DensityShape::uniform), 11, 3, 1},
      {spec_of(Activation::identity, {5, 4, 3}, 0.0, DensityShape::rademacher), 11, 3, 1},
  };
  MlpSpec equal_widths = spec_of(Activation::cos, {}, 0.3);
  equal_widths.depth = 3;
  list.push_back({equal_widths, 19, 2, 1});
  return list;
}

/// All features, [neuron][site][sample].
std::vector<double> all_features(FeatureSampler& sampler, std::uint32_t width, int sites, std::uint64_t first_sample) {
  std::vector<double> features(static_cast<std::size_t>(width) * static_cast<std::size_t>(sites) * batch_samples);
  sampler.start(first_sample);
  const auto tile = static_cast<std::uint32_t>(sampler.tile());
  for (std::uint32_t i = 0; i < width; i += tile) {
    sampler.draw(i, static_cast<int>(std::min(tile, width - i)));
    sampler.features(0, features.data() + std::size_t{i} * static_cast<std::size_t>(sites) * batch_samples);
  }
  return features;
}

using Mlp = test::EveryPath;

TEST_P(Mlp, FeaturesAreTheDefinition) {
  for (const Case& c : cases()) {
    const RowMatrix x = some_sites(c.sites, c.d);
    const Stream stream(31, c.width);
    const auto sampler = MlpNet(c.spec).sampler(SiteSet(x), stream, GetParam());
    const std::vector<double> features = all_features(*sampler, c.width, c.sites, 500);
    for (const std::uint32_t lane : {0u, 7u, 15u}) {
      const RowMatrix reference = test::mlp_features(c.spec, stream, 500 + lane, x);
      double worst = 0.0;
      for (Eigen::Index k = 0; k < reference.size(); ++k)
        worst = std::max(worst, std::abs(features[static_cast<std::size_t>(k) * batch_samples + lane] - reference.data()[k]));
      EXPECT_LT(worst, 1e-13 * (1.0 + reference.cwiseAbs().maxCoeff()))
          << to_string(c.spec.activation) << " depth " << c.spec.depth << " lane " << lane;
    }
  }
}

TEST_P(Mlp, ASampleIsTheSameInAnyBatch) {
  for (const Case& c : cases()) {
    const auto sampler = MlpNet(c.spec).sampler(SiteSet(some_sites(c.sites, c.d)), Stream(4, c.width), GetParam());
    const std::vector<double> aligned = all_features(*sampler, c.width, c.sites, 64);
    const std::vector<double> shifted = all_features(*sampler, c.width, c.sites, 64 - 7);
    for (std::size_t row = 0; row < aligned.size(); row += batch_samples)
      for (std::size_t lane = 0; lane + 7 < batch_samples; ++lane) ASSERT_EQ(aligned[row + lane], shifted[row + lane + 7]);
  }
}

TEST_P(Mlp, ParametersMakeTheNetwork) {
  const Case c{spec_of(Activation::tanh, {7, 3}, 0.4), 5, 2, 2};
  const RowMatrix x = some_sites(c.sites, c.d);
  const auto sampler = MlpNet(c.spec).sampler(SiteSet(x), Stream(6, c.width), GetParam());
  const std::vector<double> features = all_features(*sampler, c.width, c.sites, 30);
  const std::vector<ParameterArray> arrays = sampler->parameters();
  ASSERT_EQ(arrays.size(), 6u);
  RowMatrix h = x.transpose();
  const std::vector<std::string> names = {"input_weight", "bias",           "hidden_weight1",
                                          "hidden_bias1", "hidden_weight2", "hidden_bias2"};
  for (std::size_t k = 0; k < 6; k += 2) {
    EXPECT_EQ(arrays[k].name, names[k]);
    EXPECT_EQ(arrays[k + 1].name, names[k + 1]);
    const auto rows = static_cast<Eigen::Index>(arrays[k].shape[0]), columns = static_cast<Eigen::Index>(arrays[k].shape[1]);
    const Eigen::Map<const RowMatrix> w(arrays[k].values.data(), rows, columns);
    const Eigen::Map<const Vector> b(arrays[k + 1].values.data(), rows);
    const RowMatrix pre = (w * h).colwise() + b;
    h = pre.array().tanh();
  }
  for (Eigen::Index k = 0; k < h.size(); ++k)
    EXPECT_NEAR(features[static_cast<std::size_t>(k) * batch_samples], h.data()[k], 1e-14);
}

INSTANTIATE_TEST_SUITE_P(Paths, Mlp, test::every_path(), test::path_name);

TEST(MlpNet, FusedPathsAgreeToTheLastBit) {
  if (widest_simd_path() < SimdPath::avx512) GTEST_SKIP() << "this processor has no avx512";
  for (const Case& c : cases()) {
    const SiteSet sites(some_sites(c.sites, c.d));
    const auto narrow = MlpNet(c.spec).sampler(sites, Stream(4, c.width), SimdPath::avx2);
    const auto wide = MlpNet(c.spec).sampler(sites, Stream(4, c.width), SimdPath::avx512);
    EXPECT_EQ(all_features(*narrow, c.width, c.sites, 3), all_features(*wide, c.width, c.sites, 3));
  }
}

TEST(MlpNet, RefusesTheImpossible) {
  const auto with = [](auto change) {
    MlpSpec spec;
    change(spec);
    return spec;
  };
  EXPECT_THROW(MlpNet(with([](MlpSpec& s) { s.depth = 0; })), UsageError);
  EXPECT_THROW(MlpNet(with([](MlpSpec& s) { s.depth = max_stream_layers + 2; })), UsageError);
  EXPECT_THROW(MlpNet(with([](MlpSpec& s) { s.hidden_widths = {3}; })), UsageError);
  EXPECT_THROW(MlpNet(with([](MlpSpec& s) { s.depth = 2, s.hidden_widths = {0}; })), UsageError);
  EXPECT_THROW(MlpNet(with([](MlpSpec& s) { s.sigma_weight = 0.0; })), UsageError);
  EXPECT_THROW(MlpNet(with([](MlpSpec& s) { s.sigma_bias = -1.0; })), UsageError);
  EXPECT_THROW(MlpNet(with([](MlpSpec& s) { s.sigma_bias = std::numeric_limits<double>::infinity(); })), UsageError);
  EXPECT_THROW(MlpNet(with([](MlpSpec& s) { s.density = {DensityShape::student_t, 2.0}; })), UsageError);
  const MlpNet deep(with([](MlpSpec& s) { s.depth = 2; }));
  EXPECT_THROW(deep.sampler(SiteSet(some_sites(1, 1)), Stream(1, 1 << 17), SimdPath::generic), UsageError);
  const MlpNet wave(with([](MlpSpec& s) { s.activation = Activation::sin; }));
  EXPECT_THROW(wave.sampler(SiteSet(RowMatrix::Constant(1, 1, 1e12)), Stream(1, 2), SimdPath::generic), UsageError);
}

}  // namespace
}  // namespace nnft::mlp_test
