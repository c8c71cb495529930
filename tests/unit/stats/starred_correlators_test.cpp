#include "nnft/stats/starred_correlators.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "nnft/core/error.hpp"
#include "support/one_node_theory.hpp"

namespace nnft::starred_correlators_test {
namespace {

using test::OneNodeTheory;

const SumLayout layout(MomentLayout(2, {2, 4}), 0, {}, {1, 4, 1, true});

/// The means of a row, exactly: φ₀ by the trapezoidal rule, φ₁ given φ₀ by three Gauss–Hermite points, exact to its fourth power.
std::vector<double> exact_means(const OneNodeTheory& theory, unsigned left_out = 0) {
  std::vector<double> row(static_cast<std::size_t>(layout.size()), 0.0);
  const double spread = std::sqrt(theory.kernel[2] - theory.slope() * theory.kernel[1]);
  for (int k = -3000; k <= 3000; ++k) {
    const double phi = 0.002 * k, weight = std::exp(-phi * phi / (2.0 * theory.kernel[0]) - theory.potential(phi));
    for (const int point : {-1, 0, 1})
      test::add_sample(theory, layout, {phi, theory.slope() * phi + point * std::sqrt(3.0) * spread},
                       weight * (point == 0 ? 2.0 / 3.0 : 1.0 / 6.0), row.data(), left_out);
  }
  const double norm = row[static_cast<std::size_t>(layout.chain_offset())];
  for (double& mean : row) mean /= norm;
  return row;
}

/// The largest difference of an estimator from the truth, over its tuples.
double largest_deviation(const OneNodeTheory& theory, const std::vector<double>& means, const Vector& kernel, bool quads,
                         int which) {
  const StarredCorrelators starred(layout, kernel);
  std::vector<double> found(static_cast<std::size_t>(starred.size()));
  starred.evaluate(means, found);
  const Vector truth = theory.connected(layout.moments());
  const int at = quads ? starred.quads_at(which) : starred.pairs_at(which), from = quads ? layout.moments().offset(4) : 0;
  double largest = 0.0;
  for (int t = 0; t < layout.moments().index(quads ? 4 : 2).size(); ++t)
    largest = std::max(largest, std::abs(found[static_cast<std::size_t>(at + t)] - truth[from + t]));
  return largest;
}

class StarredCorrelatorsOf : public ::testing::TestWithParam<std::pair<double, double>> {};

TEST_P(StarredCorrelatorsOf, TheExactDensityAreExactWhateverLegsAreStarred) {
  OneNodeTheory theory;
  theory.lambda = GetParam().first;
  theory.mu2 = GetParam().second;
  const std::vector<double> means = exact_means(theory);
  for (int k = 0; k < StarredCorrelators::pair_estimators; ++k)
    EXPECT_LT(largest_deviation(theory, means, theory.kernel_row(), false, k), 1e-10) << k;  // sums of 18003 terms
  for (int k = 0; k < StarredCorrelators::quad_estimators; ++k)
    EXPECT_LT(largest_deviation(theory, means, theory.kernel_row(), true, k), 1e-10) << k;  // sums of 18003 terms
}

INSTANTIATE_TEST_SUITE_P(StarredCorrelators, StarredCorrelatorsOf,
                         ::testing::Values(std::pair(0.1, 0.0), std::pair(10.0, 0.0), std::pair(4.0, 5.0), std::pair(3.0, -1.0)));

TEST(StarredCorrelators, NoticeAnotherKernel) {
  const OneNodeTheory theory;
  Vector kernel = theory.kernel_row();
  kernel[1] += 0.01;
  const std::vector<double> means = exact_means(theory);
  for (int k = 0; k < StarredCorrelators::pair_estimators; ++k)
    EXPECT_NEAR(largest_deviation(theory, means, kernel, false, k), 0.01, 1e-12);
}

TEST(StarredCorrelators, NoticeAForgottenSetOfLegs) {
  const OneNodeTheory theory;
  for (unsigned set = 1; set < 16; ++set)
    EXPECT_GT(largest_deviation(theory, exact_means(theory, set), theory.kernel_row(), true, std::popcount(set) - 1), 1e-3)
        << set;
}

TEST(StarredCorrelators, RefuseOtherLayouts) {
  EXPECT_THROW(StarredCorrelators(SumLayout(MomentLayout(2, {2, 4}), 0, {}, {1, 4, 1, false}), Vector::Zero(3)), ShapeError);
  EXPECT_THROW(StarredCorrelators(layout, Vector::Zero(2)), ShapeError);
  const SumLayout pairs_only(MomentLayout(2, {2}), 0, {}, {1, 4, 1, true});
  EXPECT_EQ(StarredCorrelators(pairs_only, Vector::Zero(3)).size(), 9);
}

}  // namespace
}  // namespace nnft::starred_correlators_test
