#include "nnft/theory/radial_density.hpp"

#include <algorithm>
#include <cmath>

namespace nnft {
namespace {

constexpr long double log_of_least_weight = -56.0L;

/// e^t − 1 − t without cancellation.
long double exp_beyond_linear(long double t) {
  if (std::abs(t) > 0.5L) return std::expm1(t) - t;
  long double term = 0.5L * t * t, sum = 0.0L;
  for (int k = 3; k < 24; ++k) {
    sum += term;
    term *= t / k;
  }
  return sum;
}

}  // namespace

RadialRule radial_rule(const RadialDensity& density) {
  if (density.dimension == 0.0) return {0.0L, {0.0L}, {1.0L}};
  const long double d = density.dimension, inverse = 1.0L / density.variance;
  const long double quartic = static_cast<long double>(density.strength) / density.width / density.width;
  RadialRule rule;
  rule.peak = 2.0L * d / (inverse + std::sqrt(inverse * inverse + 16.0L * quartic * d));
  const long double linear = 0.5L * inverse * rule.peak, square = quartic * rule.peak * rule.peak;
  const long double step = std::min(0.08L, 0.5L / std::sqrt(linear + 4.0L * square));
  const auto log_weight = [&](long double t) { return -linear * exp_beyond_linear(t) - square * exp_beyond_linear(2.0L * t); };
  for (const int direction : {-1, 1})
    for (int k = direction < 0 ? 1 : 0;; ++k) {
      const long double t = direction * k * step, log = log_weight(t);
      if (log < log_of_least_weight) break;
      rule.logs.push_back(t);
      rule.weights.push_back(std::exp(log));
    }
  return rule;
}

std::vector<StrengthSeries> radial_moment_ratios(const RadialDensity& density, int highest, const SeriesBasis& basis) {
  const RadialRule rule = radial_rule(density);
  const StrengthSeries zero(basis);
  std::vector<StrengthSeries> sums(static_cast<std::size_t>(highest) + 1, zero);
  const long double mean = rule.peak / density.width;
  const StrengthSeries change = strength_variable(basis, 0.0);
  for (std::size_t node = 0; node < rule.logs.size(); ++node) {
    // V less its value at the peak, which cancels from averages.
    const long double excess = mean * mean * std::expm1(2.0L * rule.logs[node]);
    const StrengthSeries weight = exp(-excess * change) * rule.weights[node];
    for (int k = 0; k <= highest; ++k) sums[static_cast<std::size_t>(k)] += weight * std::exp(k * rule.logs[node]);
  }
  std::vector<StrengthSeries> ratios;
  long double scale = 1.0L;
  for (int k = 0; k <= highest; ++k) {
    ratios.push_back(sums[static_cast<std::size_t>(k)] / sums[0] * scale);
    scale *= rule.peak / density.variance / (density.dimension + 2.0L * k);
  }
  return ratios;
}

}  // namespace nnft
