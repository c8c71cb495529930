#include "nnft/field/architectures/gauss.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "nnft/core/error.hpp"
#include "nnft/field/network_ensemble.hpp"
#include "support/every_path.hpp"
#include "support/reference_draws.hpp"

namespace nnft::gauss_test {
namespace {

using Gauss = test::EveryPath;

TEST_P(Gauss, FeatureProductsAreTheDefinition) {
  RowMatrix x(3, 2);
  x << 0.5, -0.2, 1.0, 0.3, -2.0, 0.1;
  for (const GaussSpec& spec : {GaussSpec{1.1, 0.0}, GaussSpec{0.7, 0.5}})
    for (const std::uint32_t width : {1u, 2u, 33u}) {
      const Stream stream(12, width);
      NetworkEnsemble ensemble(GaussNet(spec), SiteSet(x), stream, {}, GetParam());
      std::vector<double> products(6 * batch_samples);
      ensemble.feature_products(70, products.data());
      for (const std::uint32_t lane : {0u, 9u, 15u}) {
        RowMatrix h(width, 3);
        for (std::uint32_t i = 0; i < width; ++i) {
          Vector w(2);
          for (std::uint32_t j = 0; j < 2; ++j) w[j] = test::normal(stream, Purpose::input_weight, 70 + lane, 2 * i + j);
          const double b = test::normal(stream, Purpose::bias, 70 + lane, i);
          for (Eigen::Index p = 0; p < 3; ++p)
            h(i, p) =
                std::exp(spec.sigma_weight / std::sqrt(2.0) * x.row(p).dot(w) + spec.sigma_bias * b) /
                std::exp(spec.sigma_bias * spec.sigma_bias + spec.sigma_weight * spec.sigma_weight * x.row(p).squaredNorm() / 2);
        }
        for (Eigen::Index p = 0, pair = 0; p < 3; ++p)
          for (Eigen::Index q = p; q < 3; ++q, ++pair) {
            const double reference = h.col(p).dot(h.col(q));
            EXPECT_NEAR(products[static_cast<std::size_t>(pair) * batch_samples + lane], reference, 1e-14 * reference * width);
          }
      }
    }
}

INSTANTIATE_TEST_SUITE_P(Paths, Gauss, test::every_path(), test::path_name);

TEST(GaussNet, RefusesTheImpossible) {
  EXPECT_THROW(GaussNet({0.0, 0.0}), UsageError);
  EXPECT_THROW(GaussNet({1.0, -0.1}), UsageError);
  EXPECT_THROW(GaussNet({std::numeric_limits<double>::infinity(), 0.0}), UsageError);
  EXPECT_THROW(GaussNet({1.0, std::nan("")}), UsageError);
  const SiteSet wide(RowMatrix::Ones(1, 1 << 10));
  EXPECT_THROW(GaussNet({1.0, 0.0}).sampler(wide, Stream(1, 1 << 23), SimdPath::generic), UsageError);
}

}  // namespace
}  // namespace nnft::gauss_test
