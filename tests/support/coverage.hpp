#pragma once
/// @file Do error bars cover the truth? Estimates of many seeds and the errors they claim.

#include <algorithm>
#include <cmath>
#include <vector>

#include "nnft/core/types.hpp"

namespace nnft::test {

/// Of each quantity over the seeds.
struct Coverage {
  Vector mean;           ///< of the estimates
  Vector scatter;        ///< their standard deviation
  Vector claimed_error;  ///< rms of the errors they claim
  int runs;

  /// Deviation of the mean from `truth` in its own standard errors.
  double z(Eigen::Index k, double truth) const { return (mean[k] - truth) / (scatter[k] / std::sqrt(runs)); }
};

/// Adds up estimates; sums are about an origin near them, so that nothing cancels.
class CoverageSums {
 public:
  explicit CoverageSums(Vector origin)
      : origin_(std::move(origin)),
        sum_(Vector::Zero(origin_.size())),
        squares_(Vector::Zero(origin_.size())),
        errors_(Vector::Zero(origin_.size())) {}

  /// Of one seed, shape (quantities) each.
  void add(const Vector& value, const Vector& error) {
    const Vector deviation = value - origin_;
    sum_ += deviation;
    squares_ += deviation.cwiseAbs2();
    errors_ += error.cwiseAbs2();
    ++runs_;
  }
  Coverage coverage() const {
    const double n = runs_;
    const Vector mean = sum_ / n;
    const Vector variance = (squares_ / n - mean.cwiseAbs2()) * (n / (n - 1.0));
    return {origin_ + mean, variance.cwiseSqrt(), (errors_ / n).cwiseSqrt(), runs_};
  }

 private:
  Vector origin_, sum_, squares_, errors_;
  int runs_ = 0;
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
