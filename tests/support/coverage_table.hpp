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
#include "support/sizes.hpp"

namespace nnft::test {

/// Estimates of the components of a quantity, say G4c of every tuple, with the errors that they claim; shape (seeds, components).
struct SeedEstimates {
  RowMatrix value, error;
  RowMatrix trusted;  ///< 0 where the program says that heavy tails make the error worthless, else 1

  SeedEstimates columns(Eigen::Index first, Eigen::Index count) const {
    return {value.middleCols(first, count), error.middleCols(first, count), trusted.middleCols(first, count)};
  }
};

/// A model that is off by what its name says.
struct WrongModel {
  std::string name;
  Vector truth;  ///< shape (components); NaN where it says nothing
};

inline constexpr double false_alarm = 1e-6;    ///< of a row of the table
inline constexpr double tolerated_pull = 0.2;  ///< of the mean pull: takes one per cent from the share within one error

/// What is tolerated beyond what the number of seeds leaves open.
struct Tolerance {
  double ratio;       ///< of scatter over error minus 1
  double bias = 0.0;  ///< of the mean of the estimates, in errors
};

/// Jackknife errors are off by terms of order 1/blocks, most where the blocks also choose weights of estimators.
inline Tolerance tolerance_of_blocks(int blocks) { return {std::min(0.05, 1.5 / blocks)}; }

/// The numbers between two.
struct Interval {
  double least, most;
  double distance(double x) const { return std::max({0.0, least - x, x - most}); }
};

/// What Student's t expects within x errors, and what skewness and kurtosis of the estimate make of it (Hall, Ann. Stat. 16
/// (1988) 927, eq. 2.6, for intervals of both sides). What there is besides is of the size of the correction.
inline Interval expected_share(double x, const Scatter& scatter, int blocks) {
  const double student = expected_within(x, blocks), density = std::exp(-0.5 * x * x) / std::sqrt(2.0 * M_PI);
  const double square = scatter.skewness * scatter.skewness;
  const double correction =
      2.0 * density * x * (scatter.kurtosis * (x * x - 3.0) / 12.0 - square * (x * x * x * x + 2.0 * x * x - 3.0) / 18.0);
  return {std::max(0.0, student + std::min(0.0, correction)), std::min(1.0, student + std::max(0.0, correction))};
}

/// One component. p-values are of what the error bar promises: the truth on average, pulls that are about 0 on average
/// (−skewness/2 where errors grow with the estimate), the scatter that is claimed, and the truth within one and two errors as
/// often as expected.
struct CoveredComponent {
  Scatter scatter;
  Pulls pulls;
  double bias_z;  ///< of the mean over the seeds, in its standard errors
  Interval one, two;
  double trusted;  ///< share of the seeds
  double p_value;  ///< the least, times the number of tests

  CoveredComponent(const SeedEstimates& estimates, Eigen::Index k, double truth, int blocks, const Tolerance& tolerance)
      : scatter(estimates.value.col(k)),
        pulls(estimates.value.col(k), estimates.error.col(k), truth, blocks),
        bias_z((scatter.mean - truth) / scatter.error),
        one(expected_share(1.0, scatter, blocks)),
        two(expected_share(2.0, scatter, blocks)),
        trusted(estimates.trusted.col(k).mean()) {
    const auto n = static_cast<double>(estimates.value.rows());
    const Vector all = (estimates.value.col(k).array() - truth) / estimates.error.col(k).array();
    const Interval mean_pull{std::min(0.0, -0.5 * scatter.skewness) - tolerated_pull,
                             std::max(0.0, -0.5 * scatter.skewness) + tolerated_pull};
    const double bias = tolerance.bias * std::sqrt(n - 1.0);
    const double ratio_error = std::abs((pulls.ratio - 1.0) / pulls.ratio_z);
    // Too large errors are seen by the scatter; more than the expected share alone may also be a peaked distribution.
    const auto share = [&](double found, const Interval& expected) {
      return found >= expected.least ? 1.0 : normal_p_value(binomial_z(found, expected.least, n));
    };
    p_value =
        5.0 *
        std::min({student_p_value(Interval{-bias, bias}.distance(bias_z), n - 1.0),
                  student_p_value(mean_pull.distance(pulls.mean) / Scatter(all).error, n - 1.0),
                  normal_p_value(Interval{1.0 - tolerance.ratio, 1.0 + tolerance.ratio}.distance(pulls.ratio) / ratio_error),
                  share(pulls.within_one, one), share(pulls.within_two, two)});
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
  std::printf("COVERAGE %-42s %5s %5s %6s %6s %8s %8s %8s %5s %5s  %s\n", "quantity", "parts", "seeds", "bias z", "pull z",
              "scat/err", "within 1", "within 2", "skew", "trust", "rejected, p");
  std::printf("COVERAGE %-42s %5s %5s %6s %6s %8s %8.4f %8.4f\n", ("expected, " + std::to_string(blocks) + " blocks").c_str(), "",
              "", "+-1", "+-1", "1", expected_within(1.0, blocks), expected_within(2.0, blocks));
}

/// The components of a quantity that are judged: not those whose truth is NaN, and not those that every seed knows to rounding.
inline std::vector<CoveredComponent> covered_components(const std::string& name, const SeedEstimates& estimates,
                                                        const Vector& truth, int blocks, const Tolerance& tolerance) {
  const double scale = std::max(1e-3, truth.array().isFinite().select(truth.array().abs(), 0.0).maxCoeff());
  std::vector<CoveredComponent> components;
  for (Eigen::Index k = 0; k < truth.size(); ++k) {
    if (!std::isfinite(truth[k])) continue;
    const auto value = estimates.value.col(k), error = estimates.error.col(k);
    EXPECT_TRUE(value.allFinite() && error.allFinite()) << name << ", component " << k;
    if (error.maxCoeff() > 1e-11 * scale)
      components.emplace_back(estimates, k, truth[k], blocks, tolerance);
    else
      EXPECT_LT((value.array() - truth[k]).abs().maxCoeff(), 1e-9 * scale) << name << " without error, component " << k;
  }
  return components;
}

/// Judges a quantity and prints its row: the numbers of its worst component, and the first of the wrong models, from little to
/// very wrong, that the same estimates reject. What the program does not trust in most seeds need not be covered.
/// @param wrong in the order in which they are tried. @param blocks whose jackknife makes the errors.
inline void expect_covered(const std::string& name, const SeedEstimates& estimates, const Vector& truth,
                           const std::vector<WrongModel>& wrong, int blocks, const Tolerance& tolerance) {
  std::vector<CoveredComponent> components = covered_components(name, estimates, truth, blocks, tolerance);
  if (components.empty()) {
    std::printf("COVERAGE %-42s %5s %5td exact to rounding\n", name.c_str(), "", estimates.value.rows());
    return;
  }
  const auto untrusted = std::partition(components.begin(), components.end(), [](const auto& c) { return c.trusted > 0.5; });
  const bool judged = untrusted != components.begin();
  if (judged) components.erase(untrusted, components.end());
  const auto parts = static_cast<double>(components.size());
  const CoveredComponent& worst = *std::ranges::min_element(components, {}, &CoveredComponent::p_value);
  const double p = std::min(1.0, parts * worst.p_value);
  std::string rejected;
  double rejected_p = 1.0;
  for (std::size_t k = 0; k < wrong.size() && rejected_p >= false_alarm; ++k) {
    rejected_p = wrong_p_value(estimates, wrong[k]);
    rejected = wrong[k].name;
  }
  std::printf("COVERAGE %-42s %5.0f %5td %+6.2f %+6.2f %8.3f %8.4f %8.4f %+5.2f %5.2f  %s, %.1g%s\n", name.c_str(), parts,
              estimates.value.rows(), worst.bias_z, std::sqrt(static_cast<double>(estimates.value.rows())) * worst.pulls.mean,
              worst.pulls.ratio, worst.pulls.within_one, worst.pulls.within_two, worst.scatter.skewness, worst.trusted,
              rejected.c_str(), rejected_p,
              !judged           ? "  not trusted"
              : p < false_alarm ? "  NOT COVERED"
                                : "");
  if (small_sizes()) return;
  if (judged) {
    EXPECT_GT(p, false_alarm) << name;
  }
  EXPECT_LT(rejected_p, false_alarm) << name << ": no wrong model is rejected";
}

inline void expect_covered(const std::string& name, const SeedEstimates& estimates, const Vector& truth,
                           const std::vector<WrongModel>& wrong, int blocks) {
  expect_covered(name, estimates, truth, wrong, blocks, tolerance_of_blocks(blocks));
}

}  // namespace nnft::test
