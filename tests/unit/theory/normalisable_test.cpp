#include "nnft/theory/normalisable.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>

#include "nnft/core/error.hpp"
#include "nnft/theory/kernels.hpp"

namespace nnft::normalisable_test {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
const FreeScalarSpec free_scalar{1.0, 8.0, -1.0};

NodeGrid box() { return {1, 4.0, 24, NodeRule::gauss_legendre}; }

TEST(Normalisable, HighestPowerDecides) {
  for (const double mu2 : {-3.0, 0.0, 50.0}) {
    EXPECT_TRUE(is_normalisable({.lambda = -1.0, .mu2 = mu2, .kappa = 1e-9}, 1.0));
    EXPECT_FALSE(is_normalisable({.lambda = 1.0, .mu2 = mu2, .kappa = -1e-9}, 1.0));
    EXPECT_TRUE(is_normalisable({.lambda = 1e-9, .mu2 = mu2}, 1.0));
    EXPECT_FALSE(is_normalisable({.lambda = -1e-9, .mu2 = mu2}, 1.0));
  }
  EXPECT_EQ(mu2_limit({.lambda = 2.0}, 1.0), infinity);
  EXPECT_EQ(mu2_limit({.lambda = -2.0}, 1.0), -infinity);
  EXPECT_EQ(mu2_limit({.mu2 = 2.0}, 1.0), 1.0);
  EXPECT_TRUE(is_normalisable({.mu2 = 0.99}, 1.0));
  EXPECT_FALSE(is_normalisable({.mu2 = 1.0}, 1.0));
  EXPECT_TRUE(is_normalisable({}, 0.0));
  EXPECT_TRUE(is_normalisable({.mu2 = -0.1}, 0.0));
}

// B1: d = 1, Λ = 8, m = 1, L = 4, 24 Gauss–Legendre nodes.
TEST(Normalisable, LimitsOfTheReferenceBox) {
  const NodeGrid grid = box();
  const RowMatrix covariance = free_scalar_kernel(SiteSet(grid.coordinates()), free_scalar, {});
  EXPECT_NEAR(process_quadratic_limit(covariance, grid.weights()), 1.290, 5e-4);
  const double response = free_scalar_response(grid.weights(), free_scalar, 1);
  EXPECT_NEAR(network_quadratic_limit({}, response, grid.weights()), 0.0491, 5e-5);
  EXPECT_NEAR(network_quadratic_limit({2.0, 0.0, {}}, response, grid.weights()), std::numbers::pi / 64.0 / 4.0, 1e-14);
}

// A mixture of Gaussians of smaller variance than the limit allows has a finite mean, one of larger variance does not.
TEST(Normalisable, NoMomentumAndPhaseExceedTheResponse) {
  const NodeGrid grid(2, 3.0, 5, NodeRule::gauss_legendre);
  const RowMatrix z = grid.coordinates();
  for (const double exponent : {-1.0, -0.3, 0.0}) {
    const FreeScalarSpec spec{0.8, 4.0, exponent};
    const double response = free_scalar_response(grid.weights(), spec, 2);
    double largest = 0.0;
    for (double p = 0.0; p < 4.0; p += 0.25)
      for (double q = 0.0; q < 4.0; q += 0.25)
        for (double phase = 0.0; phase < 3.2; phase += 0.1) {
          const double amplitude = spec.amplitude(2) * std::pow(p * p + q * q + 0.64, 0.5 * exponent);
          const Vector h = amplitude * ((p * z.col(0) + q * z.col(1)).array() + phase).cos().matrix();
          largest = std::max(largest, grid.weights().dot(h.cwiseAbs2()));
        }
    EXPECT_LE(largest, response * (1.0 + 1e-14));
    EXPECT_GE(largest, response * (1.0 - 1e-14));
  }
}

TEST(Normalisable, DensitiesAndActivations) {
  const Vector weights = box().weights();
  EXPECT_NEAR(network_quadratic_limit({1.3, 0.0, {}}, cos_response(weights), weights), 1.0 / (1.69 * 4.0), 1e-14);
  EXPECT_NEAR(network_quadratic_limit({1.3, 0.5, {}}, cos_response(weights), weights), 1.0 / (1.94 * 4.0), 1e-14);
  MlpSpec spec;
  EXPECT_NEAR(network_quadratic_limit({}, mlp_response(weights, spec), weights), 0.25, 1e-14);
  spec.activation = Activation::relu;
  EXPECT_EQ(network_quadratic_limit({}, mlp_response(weights, spec), weights), 0.0);
  EXPECT_EQ(network_quadratic_limit({1.0, 0.0, {DensityShape::laplace, 0.0}}, 1.0, weights), 0.0);
  EXPECT_EQ(network_quadratic_limit({1.0, 0.0, {DensityShape::student_t, 5.0}}, 1.0, weights), 0.0);
  EXPECT_EQ(network_quadratic_limit({1.0, 0.0, {DensityShape::uniform, 0.0}}, 1.0, weights), infinity);
  EXPECT_EQ(network_quadratic_limit({1.0, 0.0, {DensityShape::rademacher, 0.0}}, infinity, weights), 0.0);
  EXPECT_THROW(process_quadratic_limit(RowMatrix::Identity(3, 3), weights), ShapeError);
}

}  // namespace
}  // namespace nnft::normalisable_test
