#include "nnft/theory/cos_ring.hpp"

#include <cmath>
#include <map>
#include <memory>
#include <numbers>
#include <string>

#include "nnft/core/error.hpp"

namespace nnft {
namespace {

constexpr long double log_of_negligible = -57.6L;  // ln 1e-25
constexpr std::size_t longest_triple_sum = 20000;

/// √(1 − 4α²).
StrengthSeries root(double strength, const SeriesBasis& basis) {
  const StrengthSeries alpha = strength_variable(basis, strength);
  return pow(StrengthSeries(basis, 1.0L) - 4.0L * (alpha * alpha), 0.5L);
}

StrengthSeries whole_power(const StrengthSeries& x, double power) {
  StrengthSeries result(x.basis(), 1.0L), square = x;
  for (double rest = power; rest > 0.0; rest = std::floor(rest / 2.0)) {
    if (std::fmod(rest, 2.0) == 1.0) result = result * square;
    square = square * square;
  }
  return result;
}

/// Neurons that have to be looked at.
std::size_t sites_of_ring(double width, long double decay) {
  const long double reach = decay == 0.0L ? 4.0L : std::ceil(log_of_negligible / std::log(std::abs(decay))) + 4.0L;
  return static_cast<std::size_t>(std::min(static_cast<long double>(width), 2.0L * reach + 1.0L));
}

}  // namespace

std::vector<StrengthSeries> ring_covariance(const RingDensity& density, const SeriesBasis& basis) {
  const StrengthSeries w = root(density.strength, basis), one(basis, 1.0L);
  const StrengthSeries decay = strength_variable(basis, density.strength) * -2.0L / (one + w);
  const StrengthSeries amplitude = StrengthSeries(basis, density.variance) / w / (one - whole_power(decay, density.width));
  const std::size_t size = sites_of_ring(density.width, decay[0]);
  std::vector<StrengthSeries> covariance(size, StrengthSeries(basis));
  // From both ways around: ρ^r + ρ^{N−r}.
  StrengthSeries power(basis, 1.0L), around = whole_power(decay, density.width - static_cast<double>(size / 2));
  for (std::size_t r = 0; r <= size / 2; ++r) {
    covariance[r] += amplitude * power;
    power = power * decay;
  }
  for (std::size_t r = size / 2 + 1; r-- > 0;) {
    covariance[r] += amplitude * around;
    around = around * decay;
    if (r > 0) covariance[size - r] = covariance[r];
  }
  return covariance;
}

StrengthSeries infinite_ring_variance(double variance, double strength, const SeriesBasis& basis) {
  return StrengthSeries(basis, variance) / root(strength, basis);
}

namespace {

/// f_r = exp(−c_r q·q′) − 1, f_0 = −1, of one value of q·q′.
struct Exclusion {
  StrengthSeries sum;                     ///< Σ_r f_r
  std::vector<StrengthSeries> transform;  ///< Σ_r f_r cos(2πkr/M), k = 0 … M/2; empty until needed
};

class RingSums {
 public:
  RingSums(const RingDensity& density, const SeriesBasis& basis)
      : basis_(&basis), width_(density.width), covariance_(ring_covariance(density, basis)) {}

  StrengthSeries operator()(const Momenta& momenta) {
    if (momenta.rows() > 3)
      throw UsageError("exact weight-ring: expected orders up to 6, got sums over " + std::to_string(momenta.rows()) +
                       " neurons");
    StrengthSeries tuples(*basis_, width_);
    if (momenta.rows() == 2) tuples = StrengthSeries(*basis_, width_ * width_) + width_ * pair(momenta, 0, 1).sum;
    if (momenta.rows() == 3) tuples = triples(momenta);
    return exp(-0.5L * momenta.squaredNorm() * covariance_.front()) * tuples;
  }

 private:
  std::vector<StrengthSeries> exclusions(long double product) const {
    std::vector<StrengthSeries> f(covariance_.size(), StrengthSeries(*basis_, -1.0L));
    for (std::size_t r = 1; r < f.size(); ++r) f[r] = expm1(-product * covariance_[r]);
    return f;
  }

  Exclusion& pair(const Momenta& momenta, int i, int j) {
    const long double product = momenta.row(i).dot(momenta.row(j));
    auto found = known_.find(product);
    if (found == known_.end()) {
      StrengthSeries sum(*basis_);
      for (const StrengthSeries& f : exclusions(product)) sum += f;
      found = known_.emplace(product, Exclusion{sum, {}}).first;
    }
    Exclusion& exclusion = found->second;
    if (momenta.rows() == 3 && exclusion.transform.empty()) exclusion.transform = transform(exclusions(product));
    return exclusion;
  }

  std::vector<StrengthSeries> transform(const std::vector<StrengthSeries>& f) const {
    const std::size_t size = f.size();
    if (size > longest_triple_sum)
      throw UsageError("exact weight-ring, order 6: correlations reach over " + std::to_string(size) +
                       " neurons; expected at most " + std::to_string(longest_triple_sum));
    std::vector<long double> cosines(size);
    for (std::size_t k = 0; k < size; ++k)
      cosines[k] =
          std::cos(2.0L * std::numbers::pi_v<long double> * static_cast<long double>(k) / static_cast<long double>(size));
    std::vector<StrengthSeries> result(size / 2 + 1, StrengthSeries(*basis_));
    for (std::size_t k = 0; k < result.size(); ++k)
      for (std::size_t r = 0; r < size; ++r) result[k] += f[r] * cosines[k * r % size];
    return result;
  }

  /// Σ (1 + f_12)(1 + f_13)(1 + f_23) over all neurons: N³ + N² Σf + N (Σf Σf′ + Σ_{r,t} f_r f′_t f″_{t−r}).
  StrengthSeries triples(const Momenta& momenta) {
    const Exclusion &a = pair(momenta, 0, 1), &b = pair(momenta, 0, 2), &c = pair(momenta, 1, 2);
    StrengthSeries triangle(*basis_);
    const std::size_t size = covariance_.size();
    for (std::size_t k = 0; k <= size / 2; ++k) {
      const long double copies = k == 0 || 2 * k == size ? 1.0L : 2.0L;
      triangle += a.transform[k] * b.transform[k] * c.transform[k] * (copies / static_cast<long double>(size));
    }
    return StrengthSeries(*basis_, width_ * width_ * width_) + width_ * width_ * (a.sum + b.sum + c.sum) +
           width_ * (a.sum * b.sum + a.sum * c.sum + b.sum * c.sum + triangle);
  }

  const SeriesBasis* basis_;
  long double width_;
  std::vector<StrengthSeries> covariance_;
  std::map<long double, Exclusion> known_;
};

}  // namespace

CharacteristicSum ring_characteristic(const RingDensity& density, const SeriesBasis& basis) {
  const auto sums = std::make_shared<RingSums>(density, basis);
  return [sums](const Momenta& momenta) { return (*sums)(momenta); };
}

}  // namespace nnft
