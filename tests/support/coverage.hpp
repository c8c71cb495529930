#pragma once
/// @file Do error bars cover the truth? Estimates of many seeds: their scatter, pulls in the errors that they claim, p-values.

#include <algorithm>
#include <cmath>
#include <vector>

#include "nnft/core/types.hpp"
#include "nnft/stats/hypothesis.hpp"

namespace nnft::test {

/// Scatter of estimates: standardised moments, and the standard error of the mean.
struct Scatter {
  double mean, error, skewness, kurtosis;  ///< the last one in excess

  explicit Scatter(const Vector& values) : mean(values.mean()) {
    const Eigen::ArrayXd centred = values.array() - mean;
    const double variance = centred.square().mean();
    error = std::sqrt(variance / (static_cast<double>(values.size()) - 1.0));
    skewness = centred.cube().mean() / std::pow(variance, 1.5);
    kurtosis = centred.square().square().mean() / (variance * variance) - 3.0;
  }
};

/// P(|t| < pull) of Student's t with the degrees of freedom of that many blocks.
inline double expected_within(double pull, int blocks) { return 1.0 - student_p_value(pull, blocks - 1.0); }

/// Deviation of a share of n from its probability, in binomial standard errors.
inline double binomial_z(double share, double probability, double n) {
  return (share - probability) / std::sqrt(probability * (1.0 - probability) / n);
}

/// Errors claimed for estimates beside their scatter about the truth. z: deviations in standard errors from what is expected.
struct Pulls {
  double ratio, ratio_z;  ///< scatter over claimed error
  double mean, mean_z;
  double within_one, within_one_z, within_two, within_two_z;  ///< shares

  /// @param value estimates of the seeds, @param error what they claim by the jackknife over so many blocks; shape (seeds).
  Pulls(const Vector& value, const Vector& error, double truth, int blocks) {
    const Scatter scatter(value);
    const auto n = static_cast<double>(value.size());
    ratio = scatter.error * std::sqrt(n) / std::sqrt(error.cwiseAbs2().mean());
    ratio_z = (ratio - 1.0) / (ratio * std::sqrt((scatter.kurtosis + 2.0) / (4.0 * n)));
    const Vector pulls = (value.array() - truth) / error.array();
    const Scatter scatter_of_pulls(pulls);
    mean = scatter_of_pulls.mean;
    // Estimates whose error grows with them have pulls of mean −skewness/2 (Hall, Ann. Stat. 16 (1988) 927), known to √(6/n).
    mean_z = (mean + 0.5 * scatter.skewness) / std::hypot(scatter_of_pulls.error, 0.5 * std::sqrt(6.0 / n));
    within_one = static_cast<double>((pulls.array().abs() < 1.0).count()) / n;
    within_two = static_cast<double>((pulls.array().abs() < 2.0).count()) / n;
    within_one_z = binomial_z(within_one, expected_within(1.0, blocks), n);
    within_two_z = binomial_z(within_two, expected_within(2.0, blocks), n);
  }
};

/// √n times the largest distance of the distribution of p from the uniform one (Kolmogorov–Smirnov).
inline double uniformity(std::vector<double> p) {
  std::sort(p.begin(), p.end());
  const auto n = static_cast<double>(p.size());
  double distance = 0.0;
  for (std::size_t k = 0; k < p.size(); ++k)
    distance = std::max({distance, static_cast<double>(k + 1) / n - p[k], p[k] - static_cast<double>(k) / n});
  return std::sqrt(n) * distance;
}

}  // namespace nnft::test
