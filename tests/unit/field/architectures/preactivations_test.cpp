#include "field/architectures/preactivations.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "nnft/core/error.hpp"
#include "nnft/field/network_ensemble.hpp"
#include "nnft/random/variates.hpp"
#include "support/every_path.hpp"

namespace nnft::preactivations_test {
namespace {

using Preactivations = test::EveryPath;

MlpSpec deep(Activation activation, int depth, double sigma_bias) {
  MlpSpec spec;
  spec.activation = activation;
  spec.depth = depth;
  spec.sigma_weight = 1.3;
  spec.sigma_bias = sigma_bias;
  spec.draw = HiddenDraw::preactivations;
  return spec;
}

SiteSet three_sites() {
  RowMatrix x(3, 2);
  x << 0.3, 0.8, 0.9, -0.2, -0.4, 0.1;
  return SiteSet(x);
}

std::vector<double> products_of(FieldEnsemble& ensemble, std::uint64_t first_sample) {
  std::vector<double> products(static_cast<std::size_t>(ensemble.copies() * ensemble.pairs() * batch_samples));
  ensemble.feature_products(first_sample, products.data());
  return products;
}

/// Covariances of a batch, [pair][sample], of `rank` random vectors each.
std::vector<double> covariances(int sites, int rank) {
  std::vector<double> packed;
  for (int x = 0; x < sites; ++x)
    for (int y = x; y < sites; ++y)
      for (int s = 0; s < batch_samples; ++s) {
        double sum = 0.0;
        for (int k = 0; k < rank; ++k)
          sum += std::sin(1.0 + 3.0 * x + 5.0 * k + 0.1 * s) * std::sin(1.0 + 3.0 * y + 5.0 * k + 0.1 * s);
        packed.push_back(sum);
      }
  return packed;
}

TEST(TriangularFactors, SquareToTheCovarianceAlsoIfItIsSingular) {
  constexpr int sites = 5;
  for (const int rank : {1, 2, 4, 5, 9}) {
    const std::vector<double> covariance = covariances(sites, rank);
    std::vector<double> factor(covariance.size());
    triangular_factors(sites, 0.7, covariance.data(), factor.data());
    const double* given = covariance.data();
    for (int x = 0; x < sites; ++x)
      for (int y = x; y < sites; ++y)
        for (int s = 0; s < batch_samples; ++s) {
          double product = 0.0;
          for (int k = 0; k <= x; ++k)
            product += factor[static_cast<std::size_t>((x * (x + 1) / 2 + k) * batch_samples + s)] *
                       factor[static_cast<std::size_t>((y * (y + 1) / 2 + k) * batch_samples + s)];
          // A pivot below 1e-15 of the variance is dropped, so entries may be off by its root.
          EXPECT_NEAR(product, 0.7 * *given++, 3e-8 * rank) << "rank " << rank;
        }
  }
}

TEST_P(Preactivations, ASampleIsTheSameInAnyBatch) {
  NetworkEnsemble ensemble(MlpNet(deep(Activation::tanh, 3, 0.4)), three_sites(), Stream(4, 37), OutputLayer(), GetParam());
  const std::vector<double> aligned = products_of(ensemble, 64), shifted = products_of(ensemble, 64 - 7);
  for (std::size_t row = 0; row < aligned.size(); row += batch_samples)
    for (std::size_t lane = 0; lane + 7 < batch_samples; ++lane) ASSERT_EQ(aligned[row + lane], shifted[row + lane + 7]);
}

TEST_P(Preactivations, CopiesAreTheNetsOfTheirStrengths) {
  const WeightDeformations both{{{DeformationKind::weight_quartic, 0.0}, {DeformationKind::weight_ring, 0.3}}, {}};
  const MlpNet net(deep(Activation::relu, 2, 0.0));
  NetworkEnsemble together(net, three_sites(), Stream(4, 37), OutputLayer(), GetParam(), both);
  const std::vector<double> all = products_of(together, 5);
  const auto half = static_cast<std::ptrdiff_t>(all.size() / 2);
  for (std::size_t copy = 0; copy < 2; ++copy) {
    NetworkEnsemble alone(net, three_sites(), Stream(4, 37), OutputLayer(), GetParam(), {{both.copies[copy]}, {}});
    const auto first = all.begin() + static_cast<std::ptrdiff_t>(copy) * half;
    EXPECT_EQ(products_of(alone, 5), std::vector<double>(first, first + half));
  }
}

/// The same correlators as nets whose weights are drawn: means of K and of its square over many networks.
TEST_P(Preactivations, HaveTheDistributionOfDrawnWeights) {
  constexpr int batches = 4000;
  const auto statistics = [&](HiddenDraw draw, double sigma_weight) {
    MlpSpec spec = deep(Activation::tanh, 3, 0.4);
    spec.draw = draw;
    spec.sigma_weight = sigma_weight;
    NetworkEnsemble ensemble(MlpNet(spec), three_sites(), Stream(draw == HiddenDraw::weights ? 5 : 6, 6), OutputLayer(),
                             GetParam());
    RowMatrix sums = RowMatrix::Zero(12, 2);  // K of the pairs and K² of them: sum and sum of squares
    for (int b = 0; b < batches; ++b) {
      const std::vector<double> k = products_of(ensemble, static_cast<std::uint64_t>(b) * batch_samples);
      for (int pair = 0; pair < 6; ++pair)
        for (int s = 0; s < batch_samples; ++s) {
          const double x = k[static_cast<std::size_t>(pair * batch_samples + s)];
          sums.row(pair) += Eigen::RowVector2d(x, x * x);
          sums.row(6 + pair) += Eigen::RowVector2d(x * x, x * x * x * x);
        }
    }
    return RowMatrix(sums / (batches * batch_samples));
  };
  const auto largest_pull = [&](const RowMatrix& a, const RowMatrix& b) {
    const auto variance = [](const RowMatrix& m) { return (m.col(1).array() - m.col(0).array().square()).eval(); };
    return ((a.col(0) - b.col(0)).array().abs() / ((variance(a) + variance(b)) / (batches * batch_samples)).sqrt()).maxCoeff();
  };
  const RowMatrix weights = statistics(HiddenDraw::weights, 1.3);
  EXPECT_LT(largest_pull(weights, statistics(HiddenDraw::preactivations, 1.3)), 4.0);
  EXPECT_GT(largest_pull(weights, statistics(HiddenDraw::preactivations, 1.33)), 6.0);
}

INSTANTIATE_TEST_SUITE_P(Paths, Preactivations, test::every_path(), test::path_name);

TEST(PreactivationNet, FusedPathsAgreeToTheLastBit) {
  if (widest_simd_path() < SimdPath::avx512) GTEST_SKIP() << "this processor has no avx512";
  const MlpNet net(deep(Activation::erf, 4, 0.2));
  NetworkEnsemble narrow(net, three_sites(), Stream(4, 19), OutputLayer(), SimdPath::avx2);
  NetworkEnsemble wide(net, three_sites(), Stream(4, 19), OutputLayer(), SimdPath::avx512);
  EXPECT_EQ(products_of(narrow, 3), products_of(wide, 3));
}

TEST(PreactivationNet, RefusesOtherDensitiesAndHasNoWeightsToTell) {
  MlpSpec spec = deep(Activation::tanh, 2, 0.0);
  NetworkEnsemble ensemble(MlpNet(spec), three_sites(), Stream(4, 5), OutputLayer(), SimdPath::generic);
  EXPECT_THROW(ensemble.parameters(0), UsageError);
  spec.density.shape = DensityShape::uniform;
  EXPECT_THROW(MlpNet{spec}, UsageError);
}

}  // namespace
}  // namespace nnft::preactivations_test
