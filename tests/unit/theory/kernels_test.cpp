#include "nnft/theory/kernels.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "nnft/core/error.hpp"
#include "nnft/theory/cos_moments.hpp"
#include "nnft/theory/gauss_moments.hpp"
#include "nnft/theory/mlp_moments.hpp"

namespace nnft::kernels_test {
namespace {

SiteSet three_sites() {
  RowMatrix x(3, 2);
  x << 0.9, -0.3, 0.5, 0.3, -0.7, 0.4;
  return SiteSet(x);
}

// E[h h] from the moments, of which this is order 2.
TEST(Kernels, AgreeWithFeatureMoments) {
  const SiteSet sites = three_sites();
  const OutputLayer output{1.3, 0.4, {}};
  const RowMatrix cos = cos_kernel(sites, 1.1, output), gauss = gauss_kernel(sites, {1.1, 0.3}, output);
  const FeatureMoment cos_moment = cos_feature_moment(sites, 1.1), gauss_moment = gauss_feature_moment(sites, {1.1, 0.3});
  for (int p = 0; p < 3; ++p)
    for (int q = 0; q < 3; ++q) {
      const int pair[] = {p, q};
      EXPECT_NEAR(cos(p, q), 1.69 * cos_moment(pair) + 0.16, 1e-14);
      EXPECT_NEAR(gauss(p, q), 1.69 * gauss_moment(pair) + 0.16, 1e-14);
    }
  const MomentLayout layout(3, {2});
  for (const Activation activation : all_activations()) {
    MlpSpec spec;
    spec.activation = activation;
    spec.sigma_weight = 1.4;
    const RowMatrix kernel = mlp_kernel(sites, spec, {1.0, 0.0, {}});
    const Vector moments = mlp_feature_moments(layout, spec, sites);
    for (int t = 0; t < layout.index(2).size(); ++t)
      EXPECT_NEAR(kernel(layout.index(2).tuple(t)[0], layout.index(2).tuple(t)[1]), moments[t], 1e-11) << to_string(activation);
  }
}

TEST(Kernels, FreeScalarValues) {
  RowMatrix x(2, 1);
  x << 0.0, 0.7;
  const RowMatrix kernel = free_scalar_kernel(SiteSet(x), {1.0, 8.0, 0.0}, {2.0, 1.0, {}});
  EXPECT_NEAR(kernel(0, 0), 4.0 * 0.46041657583944 + 1.0, 5e-14);
  EXPECT_NEAR(kernel(0, 1), 4.0 * 0.24294597994734 + 1.0, 5e-14);
}

// Identity multiplies by σ_w² per layer; relu halves coincident values and keeps parallel sites parallel.
TEST(Kernels, DeepIdentityAndRelu) {
  MlpSpec spec;
  spec.depth = 3;
  spec.sigma_weight = 1.4;
  RowMatrix x(3, 1);
  x << 0.5, 1.0, -0.8;
  spec.activation = Activation::identity;
  const RowMatrix identity = mlp_kernel(SiteSet(x), spec, {});
  spec.activation = Activation::relu;
  const RowMatrix relu = mlp_kernel(SiteSet(x), spec, {});
  const double factor = std::pow(1.96, 3);
  for (int p = 0; p < 3; ++p)
    for (int q = 0; q < 3; ++q) EXPECT_NEAR(identity(p, q), factor * x(p, 0) * x(q, 0), 1e-14);
  EXPECT_NEAR(relu(0, 1), factor / 8 * 0.5, 1e-14);
  EXPECT_NEAR(relu(2, 2), factor / 8 * 0.64, 1e-14);
  // Opposite sites: correlation −1, then 0, then that of the arc-cosine of 0: 1/π.
  const double c2 = 1.0 / std::numbers::pi, a = std::acos(c2);
  EXPECT_NEAR(relu(0, 2), factor / 8 * 0.4 * (std::sin(a) + (std::numbers::pi - a) * c2) / std::numbers::pi, 1e-14);
}

// Correlations at and next to ±1.
TEST(Kernels, TanhIsSmoothAtFullCorrelation) {
  for (const Activation activation : {Activation::tanh, Activation::gelu, Activation::sigmoid})
    for (const double sign : {1.0, -1.0}) {
      double before = 0.0;
      for (const double gap : {0.0, 1e-16, 1e-15, 1e-13, 1e-10, 1e-7}) {
        RowMatrix g(2, 2);
        g << 2.0, 2.0 * sign * (1 - gap), 2.0 * sign * (1 - gap), 2.0;
        const double value = activation_covariance(activation, g)(0, 1);
        if (gap > 0.0) {
          EXPECT_NEAR(value, before, 2.5 * gap + 1e-12) << to_string(activation) << gap;
        }
        before = value;
      }
    }
}

// Rademacher weights in one dimension: z = ±σ_w x, so E[hh] = σ(σ_w x)² for odd σ; the next layer is Gaussian.
TEST(Kernels, OtherDensities) {
  MlpSpec spec;
  spec.activation = Activation::erf;
  spec.density = {DensityShape::rademacher, 0.0};
  const SiteSet site(RowMatrix::Constant(1, 1, 0.8));
  const double h = std::erf(0.8) * std::erf(0.8);
  EXPECT_NEAR(mlp_kernel(site, spec, {})(0, 0), h, 1e-15);
  spec.depth = 2;
  EXPECT_NEAR(mlp_kernel(site, spec, {})(0, 0), 2 / std::numbers::pi * std::asin(2 * h / (1 + 2 * h)), 1e-15);
  spec.sigma_bias = 0.5;
  EXPECT_THROW(mlp_kernel(site, spec, {}), UsageError);
  spec.density = {};
  EXPECT_NO_THROW(mlp_kernel(site, spec, {}));
  spec.hidden_widths = {8};
  EXPECT_THROW(mlp_kernel(site, spec, {}), UsageError);
}

}  // namespace
}  // namespace nnft::kernels_test
