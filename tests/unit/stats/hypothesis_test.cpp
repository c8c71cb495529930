#include "nnft/stats/hypothesis.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <vector>

#include "nnft/core/error.hpp"

namespace nnft::hypothesis_test {
namespace {

/// Leave-one-out values whose two halves both say: uncorrelated quantities of error 1. Walsh functions of b/2.
RowMatrix uncorrelated(int blocks, int quantities) {
  const double amplitude = std::sqrt((blocks - 2.0)) / (blocks - 1.0);
  RowMatrix rows(blocks, quantities);
  for (int b = 0; b < blocks; ++b)
    for (int q = 0; q < quantities; ++q)
      rows(b, q) = std::popcount(static_cast<unsigned>((b / 2) & (q + 1))) % 2 == 0 ? amplitude : -amplitude;
  return rows;
}

// Half of 64 blocks: ν = 31. T² = 30 over 8 modes: chi2 = 30 (ν − 9)/ν and P(F(8, 24) > 30·24/(31·8)), a finite sum.
TEST(CorrelatedChi2, UncorrelatedQuantities) {
  const CorrelatedChi2 test = correlated_chi2(Vector::Constant(8, std::sqrt(30.0 / 8.0)), uncorrelated(64, 8));
  EXPECT_EQ(test.modes, 8);
  EXPECT_NEAR(test.chi2, 30.0 * 22.0 / 31.0, 1e-10);
  EXPECT_NEAR(test.p_value, 0.020495031216861387, 1e-12);
}

// Covariances add, ν is between the smallest and the sum: for two equal sources the sum.
TEST(CorrelatedChi2, TwoEqualSourcesDoubleTheVarianceAndTheDegreesOfFreedom) {
  const std::vector<RowMatrix> sources(2, uncorrelated(64, 2));
  const CorrelatedChi2 test = correlated_chi2(Vector::Constant(2, std::sqrt(10.0)), sources);
  EXPECT_EQ(test.modes, 2);
  EXPECT_NEAR(test.chi2, 10.0 * 59.0 / 62.0, 1e-10);
  EXPECT_NEAR(test.p_value, std::pow(1.0 + 10.0 / 62.0, -61.0 / 2.0), 1e-12);  // F(2, k): (1 + 2f/k)^(−k/2)
}

// The source that dominates the error decides ν; the other one adds nothing.
TEST(CorrelatedChi2, ASourceWithoutErrorChangesNothing) {
  const Vector deviations = Vector::Constant(2, std::sqrt(5.0));
  const CorrelatedChi2 one = correlated_chi2(deviations, uncorrelated(32, 2));
  const std::vector<RowMatrix> sources = {RowMatrix::Constant(256, 2, 0.1), uncorrelated(32, 2)};
  const CorrelatedChi2 two = correlated_chi2(deviations, sources);
  EXPECT_EQ(two.modes, one.modes);
  EXPECT_NEAR(two.chi2, one.chi2, 1e-10);
  EXPECT_NEAR(two.p_value, one.p_value, 1e-12);
  EXPECT_NEAR(one.p_value, std::pow(1.0 + 10.0 / 15.0, -14.0 / 2.0), 1e-12);
}

TEST(CorrelatedChi2, KeepsAtMostAnEighthOfTheFewestBlocks) {
  EXPECT_EQ(correlated_chi2(Vector::Ones(20), uncorrelated(64, 20)).modes, 8);
  const std::vector<RowMatrix> sources = {uncorrelated(256, 20), uncorrelated(64, 20)};
  EXPECT_EQ(correlated_chi2(Vector::Ones(20), sources).modes, 8);
}

// More quantities than blocks: the other of the two decompositions.
TEST(CorrelatedChi2, CountsAQuantityListedManyTimesOnce) {
  const Vector deviation = Vector::LinSpaced(3, -2.0, 1.0);
  const CorrelatedChi2 once = correlated_chi2(deviation, uncorrelated(64, 3));
  const CorrelatedChi2 often = correlated_chi2(deviation.replicate(50, 1), uncorrelated(64, 3).replicate(1, 50));
  EXPECT_EQ(often.modes, 3);
  EXPECT_NEAR(often.chi2, once.chi2, 1e-10);
  EXPECT_NEAR(often.p_value, once.p_value, 1e-12);
}

TEST(CorrelatedChi2, DoesNotDependOnUnitsOrTheOrderOfQuantities) {
  RowMatrix rows = uncorrelated(64, 4);
  rows.col(3) += 0.3 * rows.col(0);
  Vector deviation(4);
  deviation << 1.0, -2.0, 0.5, 1.5;
  const CorrelatedChi2 plain = correlated_chi2(deviation, rows);
  Vector units(4);
  units << 1e-7, 1e5, -1.0, 1e-12;
  const CorrelatedChi2 scaled = correlated_chi2((deviation.array() * units.array()).reverse().matrix(),
                                                (rows * units.asDiagonal()).rowwise().reverse().array() + 0.0);
  EXPECT_EQ(scaled.modes, plain.modes);
  EXPECT_NEAR(scaled.chi2, plain.chi2, 1e-10);
}

TEST(CorrelatedChi2, LeavesOutQuantitiesWithoutError) {
  RowMatrix rows = uncorrelated(64, 3);
  rows.col(1).setConstant(0.1);  // its mean over the blocks is 0.1 only up to rounding
  rows.col(2).setConstant(0.0);
  Vector deviation(3);
  deviation << 1.5, 1e6, 1e6;
  const CorrelatedChi2 test = correlated_chi2(deviation, rows);
  EXPECT_EQ(test.modes, 1);
  EXPECT_NEAR(test.p_value, student_p_value(1.5, 31.0), 1e-12);
  EXPECT_EQ(correlated_chi2(Vector::Ones(3), RowMatrix::Zero(64, 3)).modes, 0);
  EXPECT_EQ(correlated_chi2(Vector::Ones(3), RowMatrix::Zero(64, 3)).p_value, 1.0);
}

// Quantities that fluctuate in one half of the blocks only, alone or in a combination, have no covariance to be tested with.
TEST(CorrelatedChi2, LeavesOutWhatFluctuatesInOneHalfOnly) {
  RowMatrix rows = uncorrelated(64, 4);
  for (Eigen::Index b = 1; b < 64; b += 2) {
    rows(b, 1) = 0.0;
    rows(b, 3) = rows(b, 2);
  }
  Vector deviation(4);
  deviation << 0.0, 5.0, 2.0, -2.0;
  const CorrelatedChi2 test = correlated_chi2(deviation, rows);
  EXPECT_EQ(test.modes, 2);
  EXPECT_NEAR(test.chi2, 0.0, 1e-10);
}

TEST(CorrelatedChi2, RefusesShapesThatDoNotFit) {
  EXPECT_THROW(correlated_chi2(Vector::Ones(2), RowMatrix::Zero(64, 3)), ShapeError);
  EXPECT_THROW(correlated_chi2(Vector::Ones(3), RowMatrix::Zero(15, 3)), ShapeError);
  EXPECT_NO_THROW(correlated_chi2(Vector::Ones(3), uncorrelated(16, 3)));
  EXPECT_THROW(correlated_chi2(Vector::Ones(3), std::vector<RowMatrix>()), ShapeError);
  const std::vector<RowMatrix> sources = {uncorrelated(64, 3), uncorrelated(8, 3)};
  EXPECT_THROW(correlated_chi2(Vector::Ones(3), sources), ShapeError);
}

// Two degrees of freedom: P(|t| > x) = 1 − x/√(2 + x²).
TEST(StudentPValue, ClosedFormAndNormalLimit) {
  EXPECT_NEAR(student_p_value(-3.0, 2.0), 1.0 - 3.0 / std::sqrt(11.0), 1e-14);
  EXPECT_NEAR(student_p_value(1.96, 1e9), normal_p_value(1.96), 1e-8);
}

}  // namespace
}  // namespace nnft::hypothesis_test
