#include "nnft/stats/hypothesis.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <random>

#include "nnft/core/error.hpp"

namespace nnft {
namespace {

/// Leave-one-out values of uncorrelated quantities of error 1: Walsh functions.
RowMatrix uncorrelated(int blocks, int quantities) {
  RowMatrix rows(blocks, quantities);
  for (int b = 0; b < blocks; ++b)
    for (int q = 0; q < quantities; ++q)
      rows(b, q) = (std::popcount(static_cast<unsigned>(b & (q + 1))) % 2 == 0 ? 1.0 : -1.0) / std::sqrt(blocks - 1.0);
  return rows;
}

// p-values from scipy.stats.f.sf(chi2 (n−m+1)/(n m), m, n−m+1), n = 63.
TEST(CorrelatedChi2, UncorrelatedQuantities) {
  const CorrelatedChi2 test = correlated_chi2(Vector::Constant(8, std::sqrt(30.0 / 8.0)), uncorrelated(64, 8));
  EXPECT_EQ(test.modes, 8);
  EXPECT_NEAR(test.chi2, 30.0, 1e-10);
  EXPECT_NEAR(test.p_value, 0.0034631283112632086, 1e-12);
}

TEST(CorrelatedChi2, KeepsAtMostAnEighthOfTheBlocks) {
  EXPECT_EQ(correlated_chi2(Vector::Ones(20), uncorrelated(64, 20)).modes, 8);
}

TEST(CorrelatedChi2, CountsAQuantityListedTwiceOnce) {
  const RowMatrix once = uncorrelated(64, 3);
  RowMatrix twice(64, 4);
  twice << once, once.col(2);
  Vector deviation(4);
  deviation << 1.0, -2.0, 0.5, 0.5;
  const CorrelatedChi2 test = correlated_chi2(deviation, twice);
  EXPECT_EQ(test.modes, 3);
  EXPECT_NEAR(test.chi2, 1.0 + 4.0 + 0.25, 1e-10);
}

/// p-values of strongly correlated Gaussian data (smooth modes of falling weight, as correlators have) with true mean `shift`.
std::vector<double> p_values(double shift, int repetitions) {
  constexpr int blocks = 64, quantities = 20, modes = 8;
  std::mt19937 engine(17);
  std::normal_distribution<double> normal;
  std::vector<double> p;
  for (int r = 0; r < repetitions; ++r) {
    RowMatrix data = RowMatrix::Constant(blocks, quantities, shift);
    for (int b = 0; b < blocks; ++b)
      for (int k = 0; k < modes; ++k) {
        const double amplitude = std::ldexp(normal(engine), -k);
        for (int q = 0; q < quantities; ++q) data(b, q) += amplitude * std::cos(3.14159265 * k * (q + 0.5) / quantities);
      }
    const Vector mean = data.colwise().mean().transpose();
    const RowMatrix leave_one_out = ((mean.transpose() * blocks).replicate(blocks, 1) - data) / (blocks - 1.0);
    p.push_back(correlated_chi2(mean, leave_one_out).p_value);
  }
  return p;
}

TEST(CorrelatedChi2, PValuesAreUniformAndSmallForAWrongMean) {
  double mean = 0.0;
  for (const double p : p_values(0.0, 1000)) mean += p / 1000.0;
  EXPECT_NEAR(mean, 0.5, 4.5 / std::sqrt(12.0 * 1000.0));
  double rejected = 0.0;
  for (const double p : p_values(1.0, 100)) rejected += p < 1e-3 ? 0.01 : 0.0;
  EXPECT_GT(rejected, 0.9);
}

TEST(CorrelatedChi2, RefusesShapesThatDoNotFit) {
  EXPECT_THROW(correlated_chi2(Vector::Ones(2), RowMatrix::Zero(64, 3)), ShapeError);
  EXPECT_THROW(correlated_chi2(Vector::Ones(3), RowMatrix::Zero(7, 3)), ShapeError);
  EXPECT_EQ(correlated_chi2(Vector::Ones(3), RowMatrix::Zero(64, 3)).modes, 0);
}

}  // namespace
}  // namespace nnft
