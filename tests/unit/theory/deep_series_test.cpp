#include "nnft/theory/deep_series.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "nnft/core/error.hpp"
#include "nnft/theory/kernels.hpp"
#include "nnft/theory/mlp_moments.hpp"
#include "nnft/theory/one_neuron.hpp"

namespace nnft::deep_series_test {
namespace {

SiteSet three_sites() {
  RowMatrix x(3, 2);
  x << 0.9, -0.3, 0.5, 0.3, -0.7, 0.4;
  return SiteSet(x);
}

// One hidden layer: exactly the cumulants of independent neurons.
TEST(DeepSeries, DepthOneIsExact) {
  const MomentLayout layout(3, {2, 4});
  for (const Activation activation : all_activations())
    for (const DensityShape shape : {DensityShape::normal, DensityShape::uniform}) {
      MlpSpec spec;
      spec.activation = activation;
      spec.sigma_weight = 1.3;
      const Readout readout{{1.2, 0.3, {shape, 0.0}}, 20.0};
      const Vector expected =
          connected_from_one_neuron(layout, mlp_feature_moments(layout, spec, three_sites()), readout.output, readout.width);
      const Vector leading = deep_connected_leading(layout, three_sites(), spec, readout);
      EXPECT_LT((leading - expected).cwiseAbs().maxCoeff(), 1e-8) << to_string(activation);
    }
}

// Coincident points: G4c/G2² = 3Lr/N + O(1/N²), r = 2 (identity), 5 (relu); hidden widths of their own: 3r Σ 1/N_l.
TEST(DeepSeries, CoincidentIdentityAndRelu) {
  const SiteSet site(RowMatrix::Constant(1, 1, 0.8));
  for (const int depth : {1, 2, 3})
    for (const auto& [activation, r] : {std::pair{Activation::identity, 2.0}, {Activation::relu, 5.0}}) {
      MlpSpec spec;
      spec.activation = activation;
      spec.depth = depth;
      const Vector c = deep_connected_leading(MomentLayout(1, {2, 4, 6}), site, spec, {{1.3, 0.0, {}}, 40.0});
      EXPECT_NEAR(c[1] / (c[0] * c[0]), 3.0 * depth * r / 40.0, 1e-11);
      EXPECT_EQ(c[2], 0.0);
      if (depth != 3) continue;
      spec.hidden_widths = {10, 20};
      const Vector own = deep_connected_leading(MomentLayout(1, {2, 4}), site, spec, {{1.3, 0.0, {}}, 40.0});
      EXPECT_NEAR(own[1] / (own[0] * own[0]), 3.0 * r * (1.0 / 10 + 1.0 / 20 + 1.0 / 40), 1e-11);
    }
}

// Order 2 is the kernel of infinite width, where order 4 vanishes.
TEST(DeepSeries, InfiniteWidth) {
  const MomentLayout layout(3, {2, 4});
  MlpSpec spec;
  spec.depth = 3;
  spec.sigma_bias = 0.4;
  const Readout readout{{1.2, 0.3, {}}, std::numeric_limits<double>::infinity()};
  const Vector leading = deep_connected_leading(layout, three_sites(), spec, readout);
  const RowMatrix kernel = mlp_kernel(three_sites(), spec, readout.output);
  for (int t = 0; t < layout.index(2).size(); ++t)
    EXPECT_NEAR(leading[t], kernel(layout.index(2).tuple(t)[0], layout.index(2).tuple(t)[1]), 1e-9);
  EXPECT_EQ(leading.tail(layout.index(4).size()).cwiseAbs().maxCoeff(), 0.0);
}

/// N Cov(K_01, K_01), N Cov(K_00, K_11) of sampled nets of depth 2 at two sites, with errors: layer 2 is Gaussian given layer 1.
struct Sampled {
  double value[2];
  double error[2];
};

Sampled sample_depth_two(const MlpSpec& spec, const RowMatrix& loadings, int width, std::mt19937_64& engine) {
  std::normal_distribution<double> normal;
  constexpr int blocks = 20, nets = 1500;
  double block_value[2][blocks];
  const auto layer_kernel = [&](const Eigen::Matrix2d& factor) {
    Eigen::Matrix2d kernel = Eigen::Matrix2d::Zero();
    for (int neuron = 0; neuron < width; ++neuron) {
      Eigen::Vector2d z(normal(engine), normal(engine));
      z = factor * z;
      const Eigen::Vector2d h(activate(spec.activation, z[0]), activate(spec.activation, z[1]));
      kernel += h * h.transpose() / width;
    }
    return kernel;
  };
  const auto factor_of = [](const Eigen::Matrix2d& g) {
    Eigen::Matrix2d factor;
    factor << std::sqrt(g(0, 0)), 0.0, g(0, 1) / std::sqrt(g(0, 0)), std::sqrt(g(1, 1) - g(0, 1) * g(0, 1) / g(0, 0));
    return factor;
  };
  const Eigen::Matrix2d first = factor_of(loadings * loadings.transpose());
  for (int block = 0; block < blocks; ++block) {
    Eigen::Array4d sums = Eigen::Array4d::Zero();
    double squares = 0.0, mixed = 0.0;
    for (int net = 0; net < nets; ++net) {
      const Eigen::Matrix2d g =
          (spec.sigma_weight * spec.sigma_weight * layer_kernel(first)).array() + spec.sigma_bias * spec.sigma_bias;
      const Eigen::Matrix2d k = layer_kernel(factor_of(g));
      sums += Eigen::Array4d(k(0, 1), k(0, 0), k(1, 1), 0.0);
      squares += k(0, 1) * k(0, 1);
      mixed += k(0, 0) * k(1, 1);
    }
    sums /= nets;
    const double unbiased = static_cast<double>(width) * nets / (nets - 1);
    block_value[0][block] = unbiased * (squares / nets - sums[0] * sums[0]);
    block_value[1][block] = unbiased * (mixed / nets - sums[1] * sums[2]);
  }
  Sampled result{};
  for (int k = 0; k < 2; ++k) {
    const Eigen::Map<const Eigen::ArrayXd> values(block_value[k], blocks);
    result.value[k] = values.mean();
    result.error[k] = std::sqrt((values - values.mean()).square().sum() / (blocks - 1.0) / blocks);
  }
  return result;
}

// tanh and relu of depth 2 against sampled networks of two widths, extrapolated to leading order.
TEST(DeepSeries, AgreesWithSampledNetworks) {
  RowMatrix x(2, 1);
  x << 0.9, 0.5;
  const MomentLayout pairs(2, {2});
  for (const Activation activation : {Activation::tanh, Activation::relu}) {
    MlpSpec spec;
    spec.activation = activation;
    spec.depth = 2;
    spec.sigma_weight = 1.4;
    spec.sigma_bias = 0.5;
    RowMatrix loadings(2, 2);
    loadings << 1.4 * 0.9, 0.5, 1.4 * 0.5, 0.5;
    std::mt19937_64 engine(7);
    const Sampled narrow = sample_depth_two(spec, loadings, 20, engine), wide = sample_depth_two(spec, loadings, 40, engine);
    const RowMatrix covariance = deep_kernel_covariance(SiteSet(x), spec, {{1.0, 0.0, {}}, 1.0});
    const double expected[] = {covariance(1, 1), covariance(0, 2)};
    // A wrong model, which must not agree: only the last layer fluctuates.
    spec.hidden_widths = {1000000000};
    const RowMatrix last_only = deep_kernel_covariance(SiteSet(x), spec, {{1.0, 0.0, {}}, 1.0});
    const double wrong[] = {last_only(1, 1), last_only(0, 2)};
    for (int k = 0; k < 2; ++k) {
      const double value = 2 * wide.value[k] - narrow.value[k];
      const double tolerance = 4 * std::hypot(2 * wide.error[k], narrow.error[k]) + 0.005 * std::abs(value);
      EXPECT_NEAR(expected[k], value, tolerance) << to_string(activation) << ' ' << k;
      EXPECT_GT(std::abs(wrong[k] - value), tolerance) << to_string(activation) << ' ' << k;
    }
  }
}

TEST(DeepSeries, Refuses) {
  MlpSpec spec;
  spec.depth = 2;
  spec.density = {DensityShape::uniform, 0.0};
  EXPECT_THROW(deep_connected_leading(MomentLayout(3, {2, 4}), three_sites(), spec, {{}, 10.0}), UsageError);
  spec.density = {};
  EXPECT_THROW(deep_connected_leading(MomentLayout(3, {2, 4}), three_sites(), spec, {{}, 0.0}), UsageError);
  EXPECT_THROW(
      deep_connected_leading(MomentLayout(3, {2, 4}), three_sites(), spec, {{1.0, 0.0, {DensityShape::student_t, 4.0}}, 10.0}),
      UsageError);
}

}  // namespace
}  // namespace nnft::deep_series_test
