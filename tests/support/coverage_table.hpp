#pragma once
/// @file The table of error bars: estimates of a quantity by many seeds beside its exact value, one row for each quantity,
/// judged.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include "nnft/core/types.hpp"
#include "nnft/stats/hypothesis.hpp"
#include "support/coverage.hpp"

namespace nnft::test {

/// Estimates of the components of a quantity, say G4c of every tuple, with the errors that they claim; shape (seeds, components).
struct SeedEstimates {
  RowMatrix value, error;
};

/// A model that is off by what its name says.
struct WrongModel {
  std::string name;
  Vector truth;  ///< shape (components); NaN where it says nothing
};

inline constexpr double false_alarm = 1e-6;      ///< of a row of the table
inline constexpr double tolerated_ratio = 0.02;  ///< of scatter over error, beyond what the number of seeds leaves open

/// One component. p-values are of what the error bar promises: the truth on average, by the scatter that is claimed, and within
/// one and two errors as often as Student's t of the blocks says, or as skewness and kurtosis of the estimate make of it (Hall,
/// Ann. Stat. 16 (1988) 927, eq. 2.6, for intervals of both sides).
struct CoveredComponent {
  Pulls pulls;
  double bias_z;                      ///< of the mean over the seeds, in its standard errors
  double expected_one, expected_two;  ///< shares
  double skewness;
  double p_value;  ///< the least, times the number of tests

  CoveredComponent(const Vector& value, const Vector& error, double truth, int blocks) : pulls(value, error, truth, blocks) {
    const Scatter scatter(value);
    const auto n = static_cast<double>(value.size());
    bias_z = (scatter.mean - truth) / scatter.error;
    skewness = scatter.skewness;
    const double ratio_error = std::abs((pulls.ratio - 1.0) / pulls.ratio_z);
    const double ratio_z = std::max(0.0, std::abs(pulls.ratio - 1.0) - tolerated_ratio) / ratio_error;
    const double one = share_p_value(1.0, pulls.within_one, scatter, blocks, n, expected_one);
    const double two = share_p_value(2.0, pulls.within_two, scatter, blocks, n, expected_two);
    p_value = 5.0 * std::min({student_p_value(bias_z, n - 1.0), normal_p_value(pulls.mean_z), normal_p_value(ratio_z), one, two});
  }

 private:
  /// Of a share between what Student's t and what the corrected distribution expect, which is known no better.
  static double share_p_value(double x, double share, const Scatter& scatter, int blocks, double n, double& expected) {
    const double density = std::exp(-0.5 * x * x) / std::sqrt(2.0 * M_PI), student = expected_within(x, blocks);
    const double square = scatter.skewness * scatter.skewness;
    expected = student + 2.0 * density * x *
                             (scatter.kurtosis * (x * x - 3.0) / 12.0 - square * (x * x * x * x + 2.0 * x * x - 3.0) / 18.0);
    const double nearest = std::clamp(share, std::min(student, expected), std::max(student, expected));
    return normal_p_value(binomial_z(share, nearest, n));
  }
};

/// p of a wrong model: of the component that deviates most, times their number.
inline double wrong_p_value(const SeedEstimates& estimates, const WrongModel& wrong) {
  double largest = 0.0;
  for (Eigen::Index k = 0; k < wrong.truth.size(); ++k) {
    if (!std::isfinite(wrong.truth[k])) continue;
    const Scatter scatter(estimates.value.col(k));
    if (scatter.error > 0.0) largest = std::max(largest, std::abs(scatter.mean - wrong.truth[k]) / scatter.error);
  }
  return std::min(
      1.0, static_cast<double>(wrong.truth.size()) * student_p_value(largest, static_cast<double>(estimates.value.rows()) - 1.0));
}

inline void print_coverage_header(int blocks) {
  std::printf("COVERAGE %-44s %5s %5s %6s %6s %8s %15s %15s %6s  %s\n", "quantity", "parts", "seeds", "bias z", "pull z",
              "scat/err", "within 1", "within 2", "skew", "rejected, p");
  std::printf("COVERAGE %-44s %5s %5s %6s %6s %8s %15.4f %15.4f\n", "expected of Gaussian blocks", "", "", "+-1", "+-1", "1",
              expected_within(1.0, blocks), expected_within(2.0, blocks));
}

/// Judges a quantity and prints its row: the numbers of its worst component, and the first of the wrong models, from little to
/// very wrong, that the same estimates reject. Components whose truth is NaN, or that every seed knows to rounding, do not take
/// part; at least one must.
/// @param wrong in the order in which they are tried. @param blocks whose jackknife makes the errors.
inline void expect_covered(const std::string& name, const SeedEstimates& estimates, const Vector& truth,
                           const std::vector<WrongModel>& wrong, int blocks) {
  const double scale = truth.array().isFinite().select(truth.array().abs(), 0.0).maxCoeff();
  std::vector<CoveredComponent> components;
  for (Eigen::Index k = 0; k < truth.size(); ++k) {
    const Vector value = estimates.value.col(k), error = estimates.error.col(k);
    if (!std::isfinite(truth[k])) continue;
    if (error.maxCoeff() <= 1e-11 * std::max(scale, 1e-3)) {
      EXPECT_LT((value.array() - truth[k]).abs().maxCoeff(), 1e-9 * std::max(scale, 1e-3)) << name << " without error, " << k;
      continue;
    }
    EXPECT_TRUE(value.allFinite() && error.allFinite()) << name << ", component " << k;
    components.emplace_back(value, error, truth[k], blocks);
  }
  if (components.empty()) {
    std::printf("COVERAGE %-44s %5s %5td exact to rounding\n", name.c_str(), "", estimates.value.rows());
    return;
  }
  const auto parts = static_cast<double>(components.size());
  const CoveredComponent& worst = *std::ranges::min_element(components, {}, &CoveredComponent::p_value);
  const double p = std::min(1.0, parts * worst.p_value);
  std::string rejected = "none";
  double rejected_p = 1.0;
  for (const WrongModel& model : wrong) {
    rejected_p = wrong_p_value(estimates, model);
    rejected = model.name;
    if (rejected_p < false_alarm) break;
  }
  const double root = std::sqrt(static_cast<double>(estimates.value.rows()));
  std::printf("COVERAGE %-44s %5.0f %5td %+6.2f %+6.2f %8.3f %.4f (%.4f) %.4f (%.4f) %+6.2f  %s, %.1g%s\n", name.c_str(), parts,
              estimates.value.rows(), worst.bias_z, root * worst.pulls.mean, worst.pulls.ratio, worst.pulls.within_one,
              worst.expected_one, worst.pulls.within_two, worst.expected_two, worst.skewness, rejected.c_str(), rejected_p,
              p < false_alarm ? "  NOT COVERED" : "");
  EXPECT_GT(p, false_alarm) << name;
  EXPECT_LT(rejected_p, false_alarm) << name << ": no wrong model is rejected";
}

}  // namespace nnft::test
