#include "nnft/stats/autocorrelation.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "nnft/core/error.hpp"

namespace nnft {
namespace {

/// A variance below this times the squared mean is rounding.
constexpr double constant_below = 1e-13;

/// Autocovariances, shape (lags).
Vector autocovariance(const LaggedSums& sums) {
  const double mean = sums.sum / sums.samples();
  Vector gamma(sums.products.size());
  for (Eigen::Index l = 0; l < gamma.size(); ++l) {
    const double pairs = sums.slices * static_cast<double>(sums.slice - l);
    gamma[l] = (sums.products[l] - mean * (2.0 * sums.sum - sums.edges[l])) / pairs + mean * mean;
  }
  return gamma;
}

/// Whether a window of W lags suffices: the truncated tail is no more than the noise (Wolff eq. 52). The decay ρ(t) = a^t is told
/// by τ = ½(1 + a)/(1 − a), or by ρ(1) where samples are anticorrelated: sums of alternating terms swing about τ, through 0 even.
bool suffices(double tau, double first_correlation, double window, double samples) {
  constexpr double least = 1e-12;
  const double decay = tau > 0.5 ? (2.0 * tau - 1.0) / (2.0 * tau + 1.0) : std::abs(first_correlation);
  const double exponential = -window_parameter / std::log(std::clamp(decay, least, 1.0 - least));
  return std::exp(-window / exponential) < exponential / std::sqrt(window * samples);
}

}  // namespace

AutocorrelationTime autocorrelation_time(const LaggedSums& sums) {
  const Eigen::Index lags = sums.products.size();
  if (!(sums.samples() > 0.0) || lags < 1 || lags > sums.slice || sums.edges.size() != lags)
    throw ShapeError("autocorrelation_time: expected samples and from 1 to " + std::to_string(sums.slice) + " lags, got " +
                     std::to_string(lags) + " lags of " + std::to_string(sums.samples()) + " samples");
  const Vector gamma = autocovariance(sums);
  const double mean = sums.sum / sums.samples();
  AutocorrelationTime time;
  if (!(gamma[0] > constant_below * mean * mean)) return time;
  double sum = gamma[0];
  Eigen::Index window = 0;
  time.window_fits = false;
  while (!time.window_fits && window + 1 < lags) {
    sum += 2.0 * gamma[++window];
    time.window_fits = suffices(sum / (2.0 * gamma[0]), gamma[1] / gamma[0], static_cast<double>(window), sums.samples());
  }
  // The mean is that of the same samples: every Γ lacks the variance of the mean, sum/samples.
  const double missing = sum / sums.samples();
  const auto terms = static_cast<double>(window);
  time.window = static_cast<int>(window);
  time.tau = (sum + (2.0 * terms + 1.0) * missing) / (2.0 * (gamma[0] + missing));
  const double pairs = sums.samples() * (1.0 - terms / sums.slice);
  time.error = 2.0 * std::abs(time.tau) * std::sqrt(std::max(0.0, terms + 0.5 - time.tau) / pairs);
  return time;
}

AutocorrelationTime autocorrelation_time_of_means(const Vector& means, double length, double variance) {
  AutocorrelationTime time;
  if (means.size() < 2) {
    time.tau = time.error = not_a_number;
    return time;
  }
  const double mean = means.mean();
  if (!(variance > constant_below * mean * mean)) return time;
  const auto degrees = static_cast<double>(means.size() - 1);
  time.tau = length * (means.array() - mean).square().sum() / degrees / (2.0 * variance);
  time.error = time.tau * std::sqrt(2.0 / degrees);
  return time;
}

}  // namespace nnft
