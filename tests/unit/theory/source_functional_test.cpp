#include "nnft/theory/source_functional.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <numbers>

#include "nnft/core/error.hpp"
#include "nnft/theory/cos_moments.hpp"
#include "nnft/theory/free_scalar_moments.hpp"
#include "nnft/theory/kernels.hpp"
#include "nnft/theory/mlp_moments.hpp"
#include "nnft/theory/one_neuron.hpp"

namespace nnft::source_functional_test {
namespace {

RowMatrix three_points(int dimension) {
  RowMatrix x(3, 3);
  x << 0.9, -0.3, 0.2, 0.5, 0.3, -0.6, -0.7, 0.4, 0.8;
  return x.leftCols(dimension);
}

const Vector sources{{0.5, -0.8, 0.6}};

/// Σ_n (1/n!) Σ_{p…} κ_n J_p… of the connected correlators of orders 2, 4, 6 at t·J.
double series(const MomentLayout& layout, const Vector& connected, double t) {
  double sum = 0.0;
  for (const int order : layout.orders())
    for (int k = 0; k < layout.index(order).size(); ++k) {
      double term = connected[layout.offset(order) + k];
      int equal = 0;
      for (int leg = 0; leg < order; ++leg) {
        const int* tuple = layout.index(order).tuple(k);
        equal = leg > 0 && tuple[leg] == tuple[leg - 1] ? equal + 1 : 1;
        term *= t * sources[tuple[leg]] / equal;
      }
      sum += term;
    }
  return sum;
}

/// W must be the series of the cumulants: what is left at t and 2t scales like t⁸.
void expect_series(const std::function<double(const Vector&)>& functional, const Vector& connected) {
  const MomentLayout layout(3, {2, 4, 6});
  const double t = 0.25;
  const double left = functional(t * sources) - series(layout, connected, t);
  const double left_at_double = functional(2 * t * sources) - series(layout, connected, 2 * t);
  EXPECT_NEAR(left_at_double / left, 256.0, 40.0);
  EXPECT_LT(std::abs(left_at_double), 1e-3 * std::abs(series(layout, connected, 2 * t)));
}

const Readout readouts[] = {{{2.0, 0.5, {}}, 3.0},
                            {{2.0, 0.5, {DensityShape::uniform, 0.0}}, 3.0},
                            {{2.0, 0.5, {DensityShape::rademacher, 0.0}}, 3.0},
                            {{1.0, 0.3, {DensityShape::laplace, 0.0}}, 3.0}};

TEST(SourceFunctional, CosIsTheSeriesOfItsCumulants) {
  for (const int dimension : {1, 2})
    for (const Readout& readout : readouts) {
      const SiteSet sites(three_points(dimension));
      const Vector moments = feature_moments(MomentLayout(3, {2, 4, 6}), cos_feature_moment(sites, 1.4));
      expect_series([&](const Vector& j) { return cos_source_functional(sites, 1.4, readout, j); },
                    connected_from_one_neuron(MomentLayout(3, {2, 4, 6}), moments, readout.output, readout.width));
    }
}

TEST(SourceFunctional, FreeScalarIsTheSeriesOfItsCumulants) {
  for (const int dimension : {1, 2, 3})
    for (const double exponent : {-1.0, -0.3}) {
      if (dimension == 3 && exponent > -1.0) continue;
      const SiteSet sites(three_points(dimension));
      const FreeScalarSpec spec{1.0, dimension == 3 ? 1.5 : 2.5, exponent};
      const Readout readout{{dimension == 3 ? 3.0 : 1.5, 0.0, {}}, 2.0};
      const Vector moments = feature_moments(MomentLayout(3, {2, 4, 6}), free_scalar_feature_moment(sites, spec));
      expect_series([&](const Vector& j) { return free_scalar_source_functional(sites, spec, readout, j); },
                    connected_from_one_neuron(MomentLayout(3, {2, 4, 6}), moments, readout.output, readout.width));
    }
}

TEST(SourceFunctional, MlpIsTheSeriesOfItsCumulants) {
  const SiteSet sites(three_points(2));
  for (const Activation activation : {Activation::tanh, Activation::erf, Activation::relu, Activation::gelu, Activation::sin})
    for (const Readout& readout : readouts) {
      const bool unbounded = !std::isfinite(activation_bound(activation));
      if (unbounded && readout.output.density.shape == DensityShape::laplace) continue;
      MlpSpec spec;
      spec.activation = activation;
      spec.sigma_weight = unbounded ? 0.8 : 1.3;
      const Vector moments = mlp_feature_moments(MomentLayout(3, {2, 4, 6}), spec, sites);
      expect_series([&](const Vector& j) { return mlp_source_functional(sites, spec, readout, j); },
                    connected_from_one_neuron(MomentLayout(3, {2, 4, 6}), moments, readout.output, readout.width));
    }
}

// relu at one site in one dimension: N ln ½[(1 − y²)^{−1/2} + 1], y = σ_a J σ_w x/√N; identity without the ½ and 1.
TEST(SourceFunctional, ReluInClosedForm) {
  const SiteSet site(RowMatrix::Constant(1, 1, 0.8));
  MlpSpec spec;
  spec.sigma_weight = 1.2;
  const Readout readout{{1.3, 0.0, {}}, 5.0};
  const double y = 1.3 * 1.5 * 1.2 * 0.8 / std::sqrt(5.0), singular = 1.0 / std::sqrt(1.0 - y * y);
  spec.activation = Activation::relu;
  EXPECT_NEAR(mlp_source_functional(site, spec, readout, Vector{{1.5}}), 5.0 * std::log(0.5 * (singular + 1.0)), 1e-13);
  spec.activation = Activation::identity;
  EXPECT_NEAR(mlp_source_functional(site, spec, readout, Vector{{1.5}}), 5.0 * std::log(singular), 1e-13);
}

// Coincident sites: the cos-net is φ = Σ a_i cos b_i, E exp(½y²cos²b) = e^X I₀(X), X = y²/4.
TEST(SourceFunctional, CosInClosedForm) {
  const SiteSet sites(RowMatrix::Constant(2, 1, 0.7));
  const double y = 1.3 * 4.0 / std::sqrt(2.0), x = 0.25 * y * y;
  EXPECT_NEAR(cos_source_functional(sites, 1.0, {{1.3, 0.0, {}}, 2.0}, Vector{{1.5, 2.5}}),
              2.0 * (x + std::log(std::cyl_bessel_i(0.0, x))), 1e-12);
}

TEST(SourceFunctional, InfiniteWidthIsGaussian) {
  const double inf = std::numeric_limits<double>::infinity();
  const SiteSet sites(three_points(2));
  MlpSpec spec;
  spec.depth = 2;
  const OutputLayer output{1.3, 0.5, {}};
  const RowMatrix kernel = mlp_kernel(sites, spec, output);
  EXPECT_NEAR(mlp_source_functional(sites, spec, {output, inf}, sources), 0.5 * sources.dot(kernel * sources), 1e-14);
  // and large widths come close to it: the difference is of order 1/N.
  spec.depth = 1;
  const double limit = mlp_source_functional(sites, spec, {output, inf}, sources);
  const double a = mlp_source_functional(sites, spec, {output, 1e4}, sources) - limit;
  const double b = mlp_source_functional(sites, spec, {output, 1e5}, sources) - limit;
  EXPECT_NEAR(a / b, 10.0, 0.01);
}

// A net of one neuron per layer against the average over both weights.
TEST(SourceFunctional, OneNeuronInEveryLayer) {
  const SiteSet site(RowMatrix::Constant(1, 1, 0.8));
  MlpSpec spec;
  spec.depth = 2;
  double expected = 0.0;
  const double step = 0.04;
  for (double c = -8.98; c < 9.0; c += step)
    for (double b = -8.98; b < 9.0; b += step) {
      const double h = std::tanh(b * std::tanh(0.8 * c));
      expected += step * step / (2 * std::numbers::pi) * std::exp(-0.5 * (b * b + c * c) + 0.5 * 4.0 * h * h);
    }
  EXPECT_NEAR(mlp_source_functional(site, spec, {{1.0, 0.0, {}}, 1.0}, Vector{{2.0}}), std::log(expected), 1e-9);
  EXPECT_THROW(mlp_source_functional(site, spec, {{1.0, 0.0, {}}, 2.0}, Vector{{2.0}}), UsageError);
}

TEST(SourceFunctional, RefusesInfiniteOnes) {
  const SiteSet site(RowMatrix::Constant(1, 1, 0.8));
  MlpSpec spec;
  spec.activation = Activation::relu;
  EXPECT_THROW(mlp_source_functional(site, spec, {{1.0, 0.0, {}}, 4.0}, Vector{{2.5}}), UsageError);
  EXPECT_NO_THROW(mlp_source_functional(site, spec, {{1.0, 0.0, {}}, 4.0}, Vector{{2.49}}));
  EXPECT_THROW(cos_source_functional(site, 1.0, {{1.0, 0.0, {DensityShape::student_t, 5.0}}, 4.0}, Vector{{0.1}}), UsageError);
  EXPECT_THROW(cos_source_functional(site, 1.0, {{1.0, 0.0, {}}, 4.0}, Vector{{0.1, 0.2}}), ShapeError);
}

}  // namespace
}  // namespace nnft::source_functional_test
