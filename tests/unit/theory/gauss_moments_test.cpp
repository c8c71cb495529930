#include "nnft/theory/gauss_moments.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "nnft/theory/gaussian_lattice.hpp"

namespace nnft::gauss_moments_test {
namespace {

// Four points as the literature prints them.
TEST(GaussExact, AgreesWithTheClosedFormOfFourPoints) {
  RowMatrix x(4, 2);
  x << 0.0, 0.0, 0.5, 0.3, 1.0, -0.2, -0.7, 0.4;
  const double sigma_w = 1.1, sigma_b = 0.4, s = sigma_w * sigma_w / 2.0;
  const std::array<int, 4> all = {0, 1, 2, 3};
  const double exponent = 4.0 * sigma_b * sigma_b + s * (0.5 * x.colwise().sum().squaredNorm() - x.rowwise().squaredNorm().sum());
  EXPECT_NEAR(gauss_feature_moment(SiteSet(x), {sigma_w, sigma_b})(all) / std::exp(exponent), 1.0, 1e-14);
}

// Two and six points against the average over W and b by quadrature.
TEST(GaussExact, AgreesWithQuadrature) {
  RowMatrix x(2, 1);
  x << 0.5, -0.7;
  const double sigma_w = 0.9, sigma_b = 0.3;
  const FeatureMoment moment = gauss_feature_moment(SiteSet(x), {sigma_w, sigma_b});
  RowMatrix loadings(2, 2);
  loadings << sigma_w * 0.5, sigma_b, -sigma_w * 0.7, sigma_b;
  double two = 0.0, six = 0.0;
  GaussianLattice(loadings, 14.0, false).visit(3, [&](const GaussianNodes& nodes) {
    for (Eigen::Index k = 0; k < nodes.weights.size(); ++k) {
      const double h0 = std::exp(nodes.values(0, k) - sigma_b * sigma_b - sigma_w * sigma_w * 0.25);
      const double h1 = std::exp(nodes.values(1, k) - sigma_b * sigma_b - sigma_w * sigma_w * 0.49);
      two += nodes.weights[k] * h0 * h1;
      six += nodes.weights[k] * h0 * h0 * h0 * h0 * h1 * h1;
    }
  });
  EXPECT_NEAR(moment(std::array<int, 2>{0, 1}) / two, 1.0, 1e-12);
  EXPECT_NEAR(moment(std::array<int, 6>{0, 0, 0, 0, 1, 1}) / six, 1.0, 1e-11);
}

}  // namespace
}  // namespace nnft::gauss_moments_test
