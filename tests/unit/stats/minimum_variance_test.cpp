#include "nnft/stats/minimum_variance.hpp"

#include <gtest/gtest.h>

#include <Eigen/Cholesky>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "nnft/core/error.hpp"

namespace nnft::minimum_variance_test {
namespace {

/// Estimators whose block means are given; shape (blocks, estimators), one quantity.
std::vector<Estimate> estimators_of(const RowMatrix& blocks) {
  std::vector<Estimate> estimators;
  for (Eigen::Index k = 0; k < blocks.cols(); ++k) {
    BlockTable table(static_cast<int>(blocks.rows()), 1);
    table.sums = blocks.col(k);
    table.counts.assign(static_cast<std::size_t>(blocks.rows()), 1);
    estimators.push_back(jackknife(table, 1, [](std::span<const double> means, std::span<double> out) { out[0] = means[0]; }));
  }
  return estimators;
}

constexpr double truth = 3.0;

/// Block means truth + mixing · normal deviates.
RowMatrix draw(const Eigen::MatrixXd& mixing, Eigen::Index blocks, std::mt19937_64& engine) {
  std::normal_distribution<double> normal;
  RowMatrix noise(blocks, mixing.cols());
  for (double& x : noise.reshaped()) x = normal(engine);
  return ((noise * mixing.transpose()).array() + truth).matrix();
}

/// Three estimators; the best combination of them has variance 1/(1ᵀC⁻¹1) of a block.
Eigen::MatrixXd three_estimators() {
  Eigen::MatrixXd mixing(3, 3);
  mixing << 4.0, 0.0, 0.0, -1.0, 1.0, 0.0, 0.5, 0.5, 1.5;
  return mixing;
}

double least_variance(const Eigen::MatrixXd& mixing) {
  const Eigen::MatrixXd covariance = mixing * mixing.transpose();
  const Vector one = Vector::Ones(covariance.rows());
  return 1.0 / one.dot(covariance.llt().solve(one));
}

/// Weights fitted to the blocks that they are applied to: what cross-fitting avoids.
Estimate fitted_to_itself(const RowMatrix& blocks) {
  const RowMatrix centred = blocks.rowwise() - blocks.colwise().mean();
  const Eigen::MatrixXd covariance = centred.transpose() * centred;
  Vector weights = covariance.llt().solve(Vector::Ones(blocks.cols()));
  weights /= weights.sum();
  return estimators_of(blocks * weights).front();
}

struct Spread {
  double mean_pull = 0.0, rms_pull = 0.0, scatter = 0.0;  ///< scatter: rms deviation from the truth
};

template <class Combine>
Spread over_seeds(const Eigen::MatrixXd& mixing, Eigen::Index blocks, int seeds, Combine combine) {
  Spread spread;
  for (int seed = 1; seed <= seeds; ++seed) {
    std::mt19937_64 engine(static_cast<std::uint64_t>(seed));
    const Estimate estimate = combine(draw(mixing, blocks, engine));
    const double pull = (estimate.value[0] - truth) / estimate.error[0];
    spread.mean_pull += pull / seeds;
    spread.rms_pull += pull * pull / seeds;
    spread.scatter += std::pow(estimate.value[0] - truth, 2) / seeds;
  }
  spread.rms_pull = std::sqrt(spread.rms_pull);
  spread.scatter = std::sqrt(spread.scatter);
  return spread;
}

const auto combined = [](const RowMatrix& blocks) { return minimum_variance(estimators_of(blocks)).estimate; };

TEST(MinimumVariance, IsUnbiasedWithHonestErrorsNearTheLeastVariance) {
  constexpr int seeds = 2000;
  constexpr Eigen::Index blocks = 128;
  const Spread spread = over_seeds(three_estimators(), blocks, seeds, combined);
  // Pulls have variance 1: their mean is known to 1/√seeds, their rms to 1/√(2 seeds).
  EXPECT_LT(std::abs(spread.mean_pull), 4.0 / std::sqrt(seeds));
  EXPECT_NEAR(spread.rms_pull, 1.0, 0.02 + 4.0 / std::sqrt(2.0 * seeds));
  // Two weights from 112 blocks cost 1 + 2/(112 − 4) of the variance.
  const double best = std::sqrt(least_variance(three_estimators()) / blocks);
  EXPECT_LT(spread.scatter, 1.03 * best * (1.0 + 4.0 / std::sqrt(2.0 * seeds)));
  EXPECT_GT(spread.scatter, best * (1.0 - 4.0 / std::sqrt(2.0 * seeds)));
}

TEST(MinimumVariance, WeightsFittedToTheSameBlocksClaimTooMuch) {
  constexpr int seeds = 2000;
  constexpr Eigen::Index blocks = 24;
  const Eigen::MatrixXd mixing = Eigen::MatrixXd::Identity(8, 8);
  const Spread cross_fitted = over_seeds(mixing, blocks, seeds, combined);
  const Spread same_blocks = over_seeds(mixing, blocks, seeds, fitted_to_itself);
  EXPECT_LT(cross_fitted.rms_pull, 1.15);  // Student's t of 23 degrees of freedom has 1.05
  EXPECT_GT(same_blocks.rms_pull, 1.3);
}

TEST(MinimumVariance, ReportsHowMuchTheVarianceFalls) {
  std::mt19937_64 engine(5);
  const Eigen::MatrixXd mixing = three_estimators();
  const CombinedEstimate found = minimum_variance(estimators_of(draw(mixing, 4096, engine)));
  const double expected = mixing.row(0).squaredNorm() / least_variance(mixing);
  EXPECT_NEAR(found.variance_reduction[0] / expected, 1.0, 5.0 * std::sqrt(4.0 / 4096));
  EXPECT_NEAR(found.weights.row(0).sum(), 1.0, 1e-12);
}

TEST(MinimumVariance, FindsACombinationMuchBetterThanEachEstimator) {
  std::mt19937_64 engine(6);
  Eigen::MatrixXd mixing(2, 2);
  mixing << 1.0, 0.0, 3.0, 1e-4;  // 3/2 of the first minus half of the second
  const CombinedEstimate found = minimum_variance(estimators_of(draw(mixing, 256, engine)));
  EXPECT_NEAR(found.weights(0, 0), 1.5, 1e-3);
  EXPECT_GT(found.variance_reduction[0], 1e8);
  EXPECT_LT(std::abs(found.estimate.value[0] - truth), 5.0 * found.estimate.error[0]);
}

TEST(MinimumVariance, ShrinkageLimitsHowFarEstimatorsArePlayedOff) {
  std::mt19937_64 engine(6);
  Eigen::MatrixXd mixing(2, 2);
  mixing << 1.0, 0.0, 3.0, 1e-4;
  const std::vector<Estimate> estimators = estimators_of(draw(mixing, 256, engine));
  const CombinedEstimate found = minimum_variance(estimators, {8, 0.01});
  // w ∝ D⁻¹ (R + ε)⁻¹ D⁻¹ 1 with correlation 1 and standard deviations 1 and 3.
  const double first = (1.01 - 1.0 / 3.0), second = (1.01 / 3.0 - 1.0) / 3.0;
  EXPECT_NEAR(found.weights(0, 0), first / (first + second), 1e-3);
  EXPECT_LT(found.variance_reduction[0], 1e5);
  EXPECT_GT(found.variance_reduction[0], 100.0);
  EXPECT_NEAR(found.weights.row(0).sum(), 1.0, 1e-12);
}

TEST(MinimumVariance, LeaveOneOutValuesImplyTheError) {
  std::mt19937_64 engine(7);
  const Estimate found = combined(draw(three_estimators(), 64, engine));
  EXPECT_NEAR(jackknife_error(found.leave_one_out)[0] / found.error[0], 1.0, 1e-10);
  EXPECT_NEAR(found.leave_one_out.mean(), found.value[0], 1e-12);
}

TEST(MinimumVariance, OfEqualEstimatorsIsEachOfThem) {
  std::mt19937_64 engine(8);
  RowMatrix blocks = draw(three_estimators().topRows(1), 64, engine).replicate(1, 3);
  const std::vector<Estimate> equal = estimators_of(blocks);
  const CombinedEstimate found = minimum_variance(equal);
  EXPECT_NEAR(found.estimate.value[0], equal[0].value[0], 1e-13);
  EXPECT_NEAR(found.estimate.error[0] / equal[0].error[0], 1.0, 1e-12);
  EXPECT_NEAR(found.variance_reduction[0], 1.0, 1e-12);
  // Rounding between them changes nothing.
  blocks.col(1).array() *= 1.0 + 1e-15;
  EXPECT_NEAR(combined(blocks).error[0] / equal[0].error[0], 1.0, 1e-6);
}

TEST(MinimumVariance, AConstantEstimatorWins) {
  std::mt19937_64 engine(9);
  RowMatrix blocks = draw(three_estimators(), 64, engine);
  blocks.col(1).setConstant(truth);
  const CombinedEstimate found = minimum_variance(estimators_of(blocks));
  EXPECT_DOUBLE_EQ(found.estimate.value[0], truth);
  EXPECT_LT(found.estimate.error[0], 1e-14);
  EXPECT_GT(found.variance_reduction[0], 1e20);
  blocks.setConstant(truth);
  const CombinedEstimate constant = minimum_variance(estimators_of(blocks));
  EXPECT_EQ(constant.estimate.error[0], 0.0);
  EXPECT_EQ(constant.variance_reduction[0], 1.0);
}

TEST(MinimumVariance, TakesTheFirstEstimatorIfBlocksAreFew) {
  std::mt19937_64 engine(10);
  Eigen::MatrixXd mixing(2, 2);
  mixing << 1.0, 0.0, 0.0, 0.01;
  const RowMatrix blocks = draw(mixing, fewest_combined_blocks, engine);
  for (const int few : {2, fewest_combined_blocks - 1}) {
    const std::vector<Estimate> each = estimators_of(blocks.topRows(few));
    const CombinedEstimate found = minimum_variance(each);
    EXPECT_NEAR(found.estimate.value[0], each[0].value[0], 1e-14);
    EXPECT_NEAR(found.estimate.error[0] / each[0].error[0], 1.0, 1e-12);
    EXPECT_EQ(found.variance_reduction[0], 1.0);
  }
  EXPECT_GT(minimum_variance(estimators_of(blocks)).variance_reduction[0], 100.0);
}

TEST(MinimumVariance, LeavesOutWhatIsNotFinite) {
  std::mt19937_64 engine(11);
  RowMatrix blocks = draw(three_estimators(), 64, engine);
  const Estimate two = combined(blocks.leftCols(2));
  blocks(3, 2) = std::numeric_limits<double>::infinity();
  EXPECT_NEAR(combined(blocks).value[0], two.value[0], 1e-13);
  blocks.setConstant(std::nan(""));
  EXPECT_TRUE(std::isnan(combined(blocks).value[0]));
}

TEST(MinimumVariance, RefusesOtherShapes) {
  std::mt19937_64 engine(12);
  std::vector<Estimate> estimators = estimators_of(draw(three_estimators(), 8, engine));
  estimators.push_back(estimators_of(draw(three_estimators(), 9, engine)).front());
  EXPECT_THROW(minimum_variance(estimators), ShapeError);
  EXPECT_THROW(minimum_variance({}), ShapeError);
}

}  // namespace
}  // namespace nnft::minimum_variance_test
