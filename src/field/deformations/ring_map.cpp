#include "nnft/field/deformations/ring_map.hpp"

#include <algorithm>
#include <cmath>
#include <sstream>

#include "nnft/core/error.hpp"
#include "nnft/random/variates.hpp"

namespace nnft {
namespace {

/// x^n by squaring.
double whole_power(double x, std::uint32_t n) {
  double product = 1.0;
  for (; n > 0; n /= 2, x *= x)
    if (n % 2 == 1) product *= x;
  return product;
}

}  // namespace

RingMap::RingMap(double alpha, std::uint32_t neurons, int input_dim)
    : last_(static_cast<std::size_t>(input_dim) * batch_samples, 0.0) {
  if (!(std::abs(alpha) < 0.5)) {
    std::ostringstream message;
    message << "weight-ring: expected a strength between -1/2 and 1/2, or no density can be normalised, got " << alpha;
    throw UsageError(message.str());
  }
  const double u = 0.5 * (std::sqrt(1.0 + 2.0 * alpha) + std::sqrt(1.0 - 2.0 * alpha));
  scale_ = 1.0 / u;
  ratio_ = -alpha / (u * u);  // uv = α
  closure_ = 1.0 / (1.0 - whole_power(ratio_, neurons));
}

void RingMap::start() noexcept {
  surveyed_ = false;
  std::fill(last_.begin(), last_.end(), 0.0);
}

void RingMap::survey(int count, const double* z) noexcept {
  for (int neuron = 0; neuron < count; ++neuron, z += last_.size())
    for (std::size_t k = 0; k < last_.size(); ++k) last_[k] = scale_ * z[k] + ratio_ * last_[k];
}

void RingMap::map(int count, const double* z, double* w) noexcept {
  if (!needs_survey()) {
    if (w != z) std::copy_n(z, static_cast<std::size_t>(count) * last_.size(), w);
    return;
  }
  if (!surveyed_)
    for (double& last : last_) last *= closure_;
  surveyed_ = true;
  for (int neuron = 0; neuron < count; ++neuron, z += last_.size(), w += last_.size())
    for (std::size_t k = 0; k < last_.size(); ++k) w[k] = last_[k] = scale_ * z[k] + ratio_ * last_[k];
}

}  // namespace nnft
