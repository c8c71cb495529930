#include "nnft/stats/covariance_regulator.hpp"

#include <gtest/gtest.h>

#include <Eigen/LU>
#include <cmath>
#include <random>

#include "nnft/stats/fit_error.hpp"
#include "nnft/stats/jackknife.hpp"

namespace nnft::covariance_regulator_test {
namespace {

/// 16 leave-one-out values of two quantities with errors 1 and 2 and correlation ρ: Walsh functions.
RowMatrix correlated_pair(double correlation) {
  RowMatrix rows(16, 2);
  for (int b = 0; b < 16; ++b) {
    const double first = b % 2 == 0 ? 1.0 : -1.0, second = b / 2 % 2 == 0 ? 1.0 : -1.0;
    rows(b, 0) = 5.0 + first / std::sqrt(15.0);
    rows(b, 1) = -3.0 + 2.0 / std::sqrt(15.0) * (correlation * first + std::sqrt(1.0 - correlation * correlation) * second);
  }
  return rows;
}

Eigen::MatrixXd covariance_inverted(const SourceCovariance& covariance) {
  return (covariance.whitening.transpose() * covariance.whitening).inverse();
}

TEST(Covariance, IsThatOfTheJackknife) {
  const SourceCovariance covariance = estimate_covariance(correlated_pair(0.6), {});
  Eigen::Matrix2d expected;
  expected << 1.0, 1.2, 1.2, 4.0;
  EXPECT_TRUE(covariance_inverted(covariance).isApprox(expected, 1e-12)) << covariance_inverted(covariance);
  EXPECT_EQ(covariance.propagated, Vector::Ones(2));
  EXPECT_EQ(covariance.degrees_of_freedom, 15.0);
  EXPECT_EQ(covariance.regulator, Regulator{});
}

// Eigenvalues of the correlation matrix are 1 ± ρ; cut at 0.5 the smaller is 0.5 (1 + ρ); errors are propagated from what it was.
TEST(Covariance, AnSvdCutRaisesSmallEigenvalues) {
  const double rho = 0.6;
  const SourceCovariance covariance = estimate_covariance(correlated_pair(rho), {RegulatorKind::svd_cut, 0.5});
  const double large = 1.0 + rho, small = 0.5 * large;
  Eigen::Matrix2d expected;
  expected << 0.5 * (large + small), large - small, large - small, 2.0 * (large + small);
  EXPECT_TRUE(covariance_inverted(covariance).isApprox(expected, 1e-12)) << covariance_inverted(covariance);
  EXPECT_NEAR(covariance.propagated[0], 1.0, 1e-14);
  EXPECT_NEAR(covariance.propagated[1], (1.0 - rho) / small, 1e-14);
  EXPECT_EQ(regulator_text(covariance.regulator), "SVD cut 0.5");
  EXPECT_EQ(estimate_covariance(correlated_pair(rho), {RegulatorKind::svd_cut, 0.2}).regulator, Regulator{}) << "it did not act";
}

TEST(Covariance, ShrinkageReducesCorrelationsAndPropagatesTheEstimate) {
  const SourceCovariance covariance = estimate_covariance(correlated_pair(0.6), {RegulatorKind::shrinkage, 0.5});
  Eigen::Matrix2d weighting, estimate;
  weighting << 1.0, 0.6, 0.6, 4.0;
  estimate << 1.0, 1.2, 1.2, 4.0;
  EXPECT_TRUE(covariance_inverted(covariance).isApprox(weighting, 1e-12)) << covariance_inverted(covariance);
  const Eigen::MatrixXd back = covariance.whitening.inverse();
  EXPECT_TRUE((back * covariance.propagated.asDiagonal() * back.transpose()).isApprox(estimate, 1e-12));
  EXPECT_EQ(regulator_text(covariance.regulator), "shrinkage 0.5");
}

TEST(Covariance, OneValueNeedsNoRegulator) {
  const RowMatrix rows = correlated_pair(0.6).col(1);
  const SourceCovariance covariance = estimate_covariance(rows, {RegulatorKind::shrinkage, 0.5});
  EXPECT_EQ(covariance.regulator, Regulator{});
  EXPECT_NEAR(covariance.whitening(0, 0) * covariance.whitening(0, 0), std::pow(jackknife_error(rows)[0], -2), 1e-12);
}

TEST(Covariance, RefusesWhatCannotBeInverted) {
  EXPECT_THROW(estimate_covariance(RowMatrix::Constant(16, 2, 0.3), {}), FitError);
  EXPECT_THROW(estimate_covariance(correlated_pair(1.0), {}), FitError);
  EXPECT_NO_THROW(estimate_covariance(correlated_pair(1.0), {RegulatorKind::svd_cut, 1e-4}));
  const RowMatrix few = RowMatrix::Random(4, 6);
  EXPECT_THROW(estimate_covariance(few, {}), FitError);
  EXPECT_NO_THROW(estimate_covariance(few, default_regulator(4, 6)));
  EXPECT_THROW(estimate_covariance(RowMatrix(1, 2), {}), ShapeError);
}

/// Two values that differ by 1e-7 of their noise: what their difference is known better than 1e-4 of it counts as uncertainty.
TEST(Covariance, RaisesWhatNoSeriesIsTrueTo) {
  RowMatrix rows = correlated_pair(1.0);
  for (Eigen::Index b = 0; b < rows.rows(); ++b) rows(b, 1) = rows(b, 0) * (1.0 + 1e-7 * (b % 2 == 0 ? 1.0 : -1.0));
  const SourceCovariance finest = estimate_covariance(rows, default_regulator(rows.rows(), 2));
  EXPECT_EQ(regulator_text(finest.regulator), "SVD cut 1e-08");
  EXPECT_TRUE(finest.propagated.isApproxToConstant(1.0, 1e-12)) << finest.propagated;
  const SourceCovariance coarse = estimate_covariance(rows, {RegulatorKind::svd_cut, 1e-2});
  EXPECT_NEAR(coarse.propagated.minCoeff(), smallest_fitted_eigenvalue / 1e-2, 1e-12);
}

TEST(Regulator, DefaultDependsOnBlocksPerValue) {
  EXPECT_EQ(default_regulator(256, 32).value, smallest_fitted_eigenvalue);
  EXPECT_DOUBLE_EQ(default_regulator(256, 33).value, 33.0 / 255.0);
  EXPECT_EQ(default_regulator(4, 8).value, 1.0);
}

TEST(Regulator, OptimalShrinkageIsStrongForIndependentValuesAndWeakForCorrelatedOnes) {
  std::mt19937_64 engine(1);
  std::normal_distribution<double> normal;
  RowMatrix rows(32, 10);
  for (double& x : rows.reshaped()) x = normal(engine);
  const double independent = optimal_shrinkage(rows).value;
  EXPECT_GT(independent, 0.7);
  rows *= 0.1;
  for (int b = 0; b < 32; ++b) rows.row(b).array() += normal(engine);
  const double correlated = optimal_shrinkage(rows).value;
  EXPECT_LT(correlated, 0.01);
  EXPECT_GE(correlated, 0.0);
}

}  // namespace
}  // namespace nnft::covariance_regulator_test
