#include "nnft/field/deformations/shared_scale.hpp"

#include <array>
#include <boost/math/special_functions/erf.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <numbers>
#include <string>

#include "nnft/core/error.hpp"
#include "nnft/random/variates.hpp"

namespace nnft {
namespace {

using Policy = boost::math::policies::policy<boost::math::policies::promote_double<false>>;

/// Below it the quantile is expanded around the normal one (Cornish and Fisher): what is left out is of relative order α²z⁴.
constexpr double small_strength = 1e-8;

double quantile(double strength, double probability) {
  if (strength >= small_strength) return strength * boost::math::gamma_p_inv(1.0 / strength, probability, Policy());
  const double z = -std::numbers::sqrt2 * boost::math::erfc_inv(2.0 * probability, Policy()), root = std::sqrt(strength);
  return 1.0 + root * (z + root * ((z * z - 1.0) / 3.0 + root * z * (z * z - 7.0) / 36.0));
}

}  // namespace

double shared_scale_of(const Stream& stream, std::uint64_t sample, double strength, SimdPath path) {
  if (!(strength >= 0.0)) throw UsageError("shared-scale: expected a strength >= 0, got " + std::to_string(strength));
  if (strength == 0.0) return 1.0;
  std::array<double, 2 * batch_samples> uniforms{};
  variate_kernels(path).uniforms(stream, {Purpose::shared_scale, sample, 0, 1}, uniforms.data());
  constexpr double half_step = 0x1p-53;
  return quantile(strength, uniforms[0] + (0.5 + half_step));
}

}  // namespace nnft
