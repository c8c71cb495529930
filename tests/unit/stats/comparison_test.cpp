#include "nnft/stats/comparison.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "nnft/core/error.hpp"
#include "nnft/stats/jackknife.hpp"
#include "support/sizes.hpp"

namespace nnft::comparison_test {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

Vector numbers(std::initializer_list<double> values) {
  Vector vector(static_cast<Eigen::Index>(values.size()));
  std::copy(values.begin(), values.end(), vector.begin());
  return vector;
}

QuantityBlock exact(const Vector& value) { return {value, Vector::Zero(value.size()), RowMatrix()}; }

RowMatrix normals(int blocks, Eigen::Index quantities, std::mt19937_64& engine) {
  std::normal_distribution<double> normal;
  RowMatrix data(blocks, quantities);
  for (double& x : data.reshaped()) x = normal(engine);
  return data;
}

/// The file that block means of shape (blocks, quantities) give.
QuantityBlock measured(const RowMatrix& data) {
  const auto blocks = static_cast<double>(data.rows());
  const Vector mean = data.colwise().mean().transpose();
  RowMatrix leave_one_out = -data / (blocks - 1.0);
  leave_one_out.rowwise() += mean.transpose() * (blocks / (blocks - 1.0));
  return {mean, jackknife_error(leave_one_out), leave_one_out};
}

TEST(Compare, ExactWithExact) {
  const BlockComparison same =
      compare(exact(numbers({1.0, -50.0, 0.0})), exact(numbers({1.0, -50.0, 4e-8})), Sampling::independent);
  EXPECT_EQ(same.quantities, 3);
  EXPECT_EQ(same.with_error, 0);
  EXPECT_FALSE(same.largest_pull_at);
  EXPECT_FALSE(same.chi2);
  EXPECT_NEAR(same.largest_difference, 8e-10, 1e-15);
  EXPECT_EQ(same.largest_difference_at, 2);
  EXPECT_EQ(same.p_value, 1.0);
  const BlockComparison other =
      compare(exact(numbers({1.0, -50.0, 0.0})), exact(numbers({1.0, -50.0, 6e-8})), Sampling::independent);
  EXPECT_EQ(other.mismatches, 1);
  EXPECT_EQ(other.largest_difference_at, 2);
  EXPECT_EQ(other.p_value, 0.0);
  EXPECT_EQ(compare(exact(Vector::Zero(2)), exact(Vector::Zero(2)), Sampling::independent).p_value, 1.0);
}

TEST(Compare, ErrorsWithoutRowsGivePullsOnly) {
  const QuantityBlock a = {numbers({1.0, 2.0, 3.0}), numbers({0.3, 0.3, 0.0}), RowMatrix()};
  const QuantityBlock b = {numbers({1.5, 0.5, 3.0}), numbers({0.4, 0.4, 0.0}), RowMatrix()};
  const BlockComparison result = compare(a, b, Sampling::independent);
  EXPECT_EQ(result.with_error, 2);
  EXPECT_NEAR(result.largest_pull, 3.0, 1e-14);
  EXPECT_EQ(result.largest_pull_at, 1);
  EXPECT_NEAR(result.rms_pull, std::sqrt(5.0), 1e-14);
  EXPECT_FALSE(result.chi2);
  EXPECT_NEAR(result.p_value, 2.0 * normal_p_value(3.0), 1e-14);
  // Of one random sequence, but how they correlate is unknown: the errors add.
  EXPECT_NEAR(compare(a, b, Sampling::paired).largest_pull, 1.5 / 0.7, 1e-14);
}

TEST(Compare, DifferentValuesWithoutErrorFailOutright) {
  QuantityBlock a = {numbers({1.0, 2.0, 3.0}), numbers({0.3, 0.0, 0.0}), RowMatrix()};
  const BlockComparison result = compare(a, exact(numbers({1.0, 2.0, 3.1})), Sampling::independent);
  EXPECT_EQ(result.mismatches, 1);
  EXPECT_EQ(result.largest_difference_at, 2);
  EXPECT_EQ(result.p_value, 0.0);
  a.error[2] = 1e-15;  // rounding
  EXPECT_EQ(compare(a, exact(numbers({1.0, 2.0, 3.1})), Sampling::independent).p_value, 0.0);
  EXPECT_EQ(compare(a, exact(numbers({1.0, 2.0, 3.0 + 2e-15})), Sampling::independent).p_value, 1.0);
}

TEST(Compare, StatedRoundingIsNoDeviation) {
  QuantityBlock a = {numbers({1.0, 3e-12}), numbers({0.3, 2e-13}), RowMatrix()};
  EXPECT_LT(compare(a, exact(numbers({1.0, 0.0})), Sampling::independent).p_value, 1e-6);
  a.rounding = 1e-11;
  const BlockComparison result = compare(a, exact(numbers({1.0, 0.0})), Sampling::independent);
  EXPECT_EQ(result.with_error, 1);
  EXPECT_EQ(result.p_value, 1.0);
  EXPECT_EQ(compare(a, exact(numbers({1.0, 1e-8})), Sampling::independent).p_value, 0.0);
}

TEST(Compare, InfinitiesFail) {
  const QuantityBlock a = {numbers({1.0, infinity}), numbers({0.1, 0.1}), RowMatrix()};
  for (const double other : {2.0, infinity}) {
    const BlockComparison result = compare(a, exact(numbers({1.0, other})), Sampling::independent);
    EXPECT_EQ(result.p_value, 0.0);
    EXPECT_EQ(result.largest_difference_at, 1);
  }
  const QuantityBlock b = {numbers({1.0, 2.0}), numbers({0.1, infinity}), RowMatrix()};
  EXPECT_EQ(compare(b, exact(numbers({1.0, 2.0})), Sampling::independent).p_value, 0.0);
}

TEST(Compare, WhatWasNotComputedIsLeftOutAndCounted) {
  std::mt19937_64 engine(5);
  QuantityBlock a = measured(normals(64, 4, engine));
  const BlockComparison three =
      compare({a.value.tail(3), a.error.tail(3), a.leave_one_out.rightCols(3)}, exact(Vector::Zero(3)), Sampling::independent);
  a.value[0] = a.error[0] = nan;
  a.leave_one_out.col(0).setConstant(nan);
  a.leave_one_out.conservativeResize(66, Eigen::NoChange);
  a.leave_one_out.bottomRows(2).setConstant(nan);
  const BlockComparison result = compare(a, exact(Vector::Zero(4)), Sampling::independent);
  EXPECT_EQ(result.quantities, 3);
  EXPECT_EQ(result.left_out, 1);
  EXPECT_EQ(result.left_out_blocks, 2);
  ASSERT_TRUE(result.chi2);
  EXPECT_EQ(result.chi2->p_value, three.chi2->p_value);
  EXPECT_EQ(result.largest_pull_at, *three.largest_pull_at + 1);
  EXPECT_EQ(compare(a, exact(Vector::Constant(4, nan)), Sampling::independent).quantities, 0);
}

TEST(Compare, SampledWithExactAndWithSampled) {
  std::mt19937_64 engine(6);
  const QuantityBlock a = measured(normals(64, 3, engine));
  const QuantityBlock b = measured(normals(32, 3, engine));
  const Vector truth = numbers({0.1, 0.0, -0.1});
  const BlockComparison one = compare(a, exact(truth), Sampling::independent);
  EXPECT_EQ(one.chi2->p_value, correlated_chi2(a.value - truth, a.leave_one_out).p_value);
  EXPECT_NEAR(one.pull_p_value, std::min(1.0, 3.0 * student_p_value(one.largest_pull, 63.0)), 1e-14);
  EXPECT_EQ(one.p_value, std::min(1.0, 2.0 * std::min(one.chi2->p_value, one.pull_p_value)));
  EXPECT_EQ(compare(a, exact(truth), Sampling::paired).p_value, one.p_value);
  const BlockComparison two = compare(a, b, Sampling::independent);
  EXPECT_EQ(two.chi2->p_value,
            correlated_chi2(a.value - b.value, std::vector<RowMatrix>{a.leave_one_out, b.leave_one_out}).p_value);
  EXPECT_NEAR(two.pull_p_value, std::min(1.0, 3.0 * student_p_value(two.largest_pull, 31.0)), 1e-14);
}

TEST(Compare, TooFewOrMissingRowsLeaveThePulls) {
  std::mt19937_64 engine(7);
  const QuantityBlock a = measured(normals(64, 3, engine));
  QuantityBlock b = measured(normals(15, 3, engine));
  EXPECT_FALSE(compare(a, b, Sampling::independent).chi2);
  EXPECT_EQ(compare(a, b, Sampling::independent).with_error, 3);
  b.leave_one_out.resize(0, 0);
  EXPECT_FALSE(compare(a, b, Sampling::independent).chi2);
  EXPECT_FALSE(compare(a, b, Sampling::paired).chi2);
}

// Common fluctuations of 1, own ones of 0.01, a difference of 0.01: seen only if the common ones are taken away.
TEST(Compare, PairedFilesAreComparedByTheirDifferences) {
  std::mt19937_64 engine(8);
  const RowMatrix common = normals(64, 5, engine);
  RowMatrix other = common + 0.01 * normals(64, 5, engine);
  QuantityBlock a = measured(common);
  EXPECT_GT(compare(a, measured(other), Sampling::paired).p_value, 0.01);
  other.array() += 0.01;
  QuantityBlock b = measured(other);
  EXPECT_LT(compare(a, b, Sampling::paired).p_value, 1e-6);
  EXPECT_GT(compare(a, b, Sampling::independent).p_value, 0.9);
  EXPECT_EQ(compare(a, a, Sampling::paired).p_value, 1.0);
  a.leave_one_out.row(3).setConstant(nan);
  b.leave_one_out.row(9).setConstant(nan);
  EXPECT_EQ(compare(a, b, Sampling::paired).left_out_blocks, 2);
  EXPECT_LT(compare(a, b, Sampling::paired).p_value, 1e-6);
}

/// Of 400 pairs of files with 100 independent quantities, how many have p < 0.05.
int rejected(double shift_of_one_in_errors, double claimed_error) {
  std::mt19937_64 engine(9);
  int count = 0;
  for (int r = 0; r < 400; ++r) {
    QuantityBlock a = measured(normals(64, 100, engine));
    QuantityBlock b = measured(normals(32, 100, engine));
    for (QuantityBlock* file : {&a, &b}) {
      file->error *= claimed_error;
      file->leave_one_out *= claimed_error;
    }
    a.value[17] += shift_of_one_in_errors * std::sqrt(1.0 / 64.0 + 1.0 / 32.0);
    if (compare(a, b, Sampling::independent).p_value < 0.05) ++count;
  }
  return count;
}

TEST(Compare, RejectsTheRightModelRarelyAndWrongOnesMostly) {
  NNFT_SKIP_IF_SMALL();
  EXPECT_LE(rejected(0.0, 1.0), 20 + 4 * std::sqrt(400.0 * 0.05 * 0.95));
  EXPECT_GE(rejected(7.0, 1.0), 360);  // one quantity of a hundred is wrong: few of the kept modes see it, the largest pull does
  EXPECT_GE(rejected(0.0, 0.5), 360);
}

TEST(Compare, RefusesShapesThatDoNotFit) {
  const QuantityBlock two = {Vector::Zero(2), Vector::Ones(2), RowMatrix::Random(32, 2)};
  EXPECT_THROW(compare(two, exact(Vector::Zero(3)), Sampling::independent), ShapeError);
  EXPECT_THROW(compare({Vector::Zero(2), Vector::Ones(3), RowMatrix()}, two, Sampling::independent), ShapeError);
  EXPECT_THROW(compare({Vector::Zero(2), Vector::Ones(2), RowMatrix::Zero(32, 3)}, two, Sampling::independent), ShapeError);
  const QuantityBlock longer = {Vector::Zero(2), Vector::Ones(2), RowMatrix::Random(48, 2)};
  EXPECT_THROW(compare(longer, two, Sampling::paired), ShapeError);
  EXPECT_NO_THROW(compare(longer, two, Sampling::independent));
}

TEST(CombinedPValue, IsBonferronis) {
  EXPECT_EQ(combined_p_value({}), 1.0);
  EXPECT_EQ(combined_p_value(std::vector<double>{0.9, 0.8}), 1.0);
  EXPECT_DOUBLE_EQ(combined_p_value(std::vector<double>{0.5, 0.01, 0.2}), 0.03);
  EXPECT_EQ(combined_p_value(std::vector<double>{1.0, 0.0}), 0.0);
}

}  // namespace
}  // namespace nnft::comparison_test
