#include "nnft/theory/gaussian_products.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <random>

#include "nnft/core/error.hpp"
#include "nnft/theory/gaussian_lattice.hpp"
#include "nnft/theory/kernels.hpp"
#include "nnft/theory/orthant_product.hpp"
#include "support/sizes.hpp"

namespace nnft::gaussian_products_test {
namespace {

RowMatrix four_by_four() {
  RowMatrix a(4, 4);
  a << 1.0, 0.3, -0.2, 0.4, 0.2, 0.9, 0.5, -0.1, -0.6, 0.3, 0.8, 0.2, 0.5, 0.4, -0.3, 0.7;
  return a * a.transpose();
}

// ⟨σσ⟩ depends on G as its derivatives say.
TEST(GaussianProducts, PairDerivatives) {
  RowMatrix g(2, 2);
  g << 1.3, 0.4, 0.4, 0.8;
  const double step = 1e-3;
  for (const Activation activation : all_activations()) {
    const PairDerivatives d = activation_pair_derivatives(activation, g);
    const auto slope = [&](const RowMatrix& direction) {
      const RowMatrix up = g + step * direction, down = g - step * direction;
      return (activation_covariance(activation, up)(0, 1) - activation_covariance(activation, down)(0, 1)) / (2 * step);
    };
    EXPECT_NEAR(d.first, slope(RowMatrix{{1.0, 0.0}, {0.0, 0.0}}), 2e-6) << to_string(activation);
    EXPECT_NEAR(d.mixed, slope(RowMatrix{{0.0, 1.0}, {1.0, 0.0}}), 2e-6) << to_string(activation);
    EXPECT_NEAR(d.second, slope(RowMatrix{{0.0, 0.0}, {0.0, 1.0}}), 2e-6) << to_string(activation);
  }
}

// All tuples of four sites against one Monte Carlo sample, four independent sites among them.
TEST(GaussianProducts, FourPointsAgreeWithSampling) {
  const RowMatrix g = four_by_four();
  const RowMatrix loadings = gaussian_loadings(g);
  ASSERT_EQ(loadings.cols(), 4);
  const MomentLayout layout(4, {2, 4});
  std::mt19937_64 engine(11);
  std::normal_distribution<double> normal;
  const int samples = test::sized(60000, 3000);
  const RowMatrix u = RowMatrix::NullaryExpr(4, samples, [&] { return normal(engine); });
  const RowMatrix z = loadings * u;
  for (const Activation activation :
       {Activation::tanh, Activation::relu, Activation::gelu, Activation::sin, Activation::identity}) {
    const RowMatrix s = z.unaryExpr([&](double x) { return activate(activation, x); });
    const Vector products = activation_products(activation, g);
    for (int t = 0; t < layout.index(4).size(); ++t) {
      const int* i = layout.index(4).tuple(t);
      const Eigen::ArrayXd values =
          (s.row(i[0]).array() * s.row(i[1]).array() * s.row(i[2]).array() * s.row(i[3]).array()).transpose();
      const double mean = values.mean(), error = std::sqrt((values - mean).square().mean() / samples);
      EXPECT_NEAR(products[layout.offset(4) + t], mean, 4.5 * error) << to_string(activation) << ' ' << t;
    }
  }
}

// Independent sites: (2π)^{−2}; two independent pairs: products of arc-cosine kernels. A fourth site in the plane of the others
// is the limit of one next to it, and averages by directions.
TEST(GaussianProducts, OrthantProducts) {
  EXPECT_NEAR(orthant_product(RowMatrix::Identity(4, 4)), 0.25 / (std::numbers::pi * std::numbers::pi), 1e-9);
  RowMatrix g = RowMatrix::Identity(4, 4);
  g(0, 1) = g(1, 0) = 0.7;
  g(2, 3) = g(3, 2) = -0.4;
  g.row(3) *= 1.5;
  g.col(3) *= 1.5;
  const RowMatrix kernel = activation_covariance(Activation::relu, g);
  EXPECT_NEAR(orthant_product(g), kernel(0, 1) * kernel(2, 3), 2e-6);
  RowMatrix vectors(4, 4);
  vectors << 1.0, 0.2, 0.1, 0.0, 0.3, 0.9, -0.2, 0.0, -0.1, 0.4, 1.1, 0.0, 0.5, 0.5, 0.6, 0.0;
  const MomentLayout layout(4, {2, 4});
  const int all = layout.offset(4) + layout.index(4).position({0, 1, 2, 3});
  const double flat = activation_products(Activation::relu, vectors * vectors.transpose())[all];
  // The difference is of second order in the distance from the plane, down to where the fourth dimension is dropped.
  for (const auto& [height, tolerance] : {std::pair{0.02, 1e-3}, {1e-3, 3e-6}, {1e-4, 2e-6}, {3e-5, 2e-6}, {1e-6, 1e-8}}) {
    vectors(3, 3) = height;
    EXPECT_NEAR(activation_products(Activation::relu, vectors * vectors.transpose())[all] / flat, 1.0, tolerance) << height;
  }
}

}  // namespace
}  // namespace nnft::gaussian_products_test
