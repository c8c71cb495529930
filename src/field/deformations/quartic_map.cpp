#include "nnft/field/deformations/quartic_map.hpp"

#include <algorithm>
#include <cmath>
#include <sstream>

#include "nnft/core/error.hpp"

namespace nnft {
namespace {

/// b in exp(−b|w|⁴).
double quartic(double strength, double variance, double neurons) {
  if (!(strength >= 0.0) || !std::isfinite(strength)) {
    std::ostringstream message;
    message << "weight-quartic: expected a strength that is finite and not negative, or no density can be normalised, got "
            << strength;
    throw UsageError(message.str());
  }
  return strength * (variance / neurons) * (variance / neurons);
}

}  // namespace

QuarticMap::QuarticMap(double strength, double variance, std::uint32_t neurons, int input_dim)
    : input_dim_(input_dim),
      identity_(quartic(strength, variance, neurons) == 0.0),
      transport_(static_cast<std::uint64_t>(neurons) * static_cast<std::uint64_t>(input_dim),
                 quartic(strength, variance, neurons)) {}

void QuarticMap::start() noexcept {
  surveyed_ = false;
  squares_.fill(0.0);
}

void QuarticMap::survey(int count, const double* z) noexcept {
  for (int row = 0; row < count * input_dim_; ++row, z += batch_samples)
    for (std::size_t s = 0; s < batch_samples; ++s) squares_[s] += z[s] * z[s];
}

void QuarticMap::map(int count, const double* z, double* w) noexcept {
  const auto rows = static_cast<std::size_t>(count) * static_cast<std::size_t>(input_dim_);
  if (identity_) {
    if (w != z) std::copy_n(z, rows * batch_samples, w);
    return;
  }
  if (!surveyed_)
    for (std::size_t s = 0; s < batch_samples; ++s) factors_[s] = transport_.factor(squares_[s]);
  surveyed_ = true;
  for (std::size_t row = 0; row < rows; ++row, z += batch_samples, w += batch_samples)
    for (std::size_t s = 0; s < batch_samples; ++s) w[s] = z[s] * factors_[s];
}

}  // namespace nnft
