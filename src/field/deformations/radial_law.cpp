#include "field/deformations/radial_law.hpp"

#include <algorithm>
#include <cmath>

#include "nnft/core/gauss_legendre_panel.hpp"
#include "nnft/core/portable_math.hpp"

namespace nnft {

RadialLaw::RadialLaw(long double dimension, long double quartic) : power_(dimension - 1.0L), quartic_(quartic) {
  const long double square = 2.0L * power_ / (1.0L + std::sqrt(1.0L + 16.0L * quartic * power_));  // m² + 4b m⁴ = D − 1
  mode_ = std::sqrt(square);
  width_ = 1.0L / (std::sqrt(2.0L + 16.0L * quartic * square) + std::sqrt(std::sqrt(quartic)));
}

long double RadialLaw::log_density(long double x) const {
  const long double t = x - mode_, m = mode_, b = quartic_;
  long double sum = -t * t * (0.5L + 6.0L * b * m * m + b * t * (4.0L * m + t));  // what is linear in t adds up to 0
  if (power_ > 0.0L) sum += power_ * (x < 0.7L * m ? portable_log(x / m) - t / m : portable_log1p_minus(t / m));
  return sum;
}

// I = ∫_0^x p / p(x) obeys x I′ = x − (D − 1 − x² − 4bx⁴) I.
long double RadialLaw::below(long double x) const {
  const long double square = x * x, fourth = 4.0L * quartic_ * square * square;
  long double before = 0.0L, term = x / (power_ + 1.0L), sum = term;
  for (long double k = power_ + 3.0L; term + before > 1e-20L * sum; k += 2.0L) {
    const long double next = (square * term + fourth * before) / k;
    before = term;
    term = next;
    sum += term;
  }
  return sum;
}

long double RadialLaw::panel(long double x) const noexcept { return 1.0L / (std::abs(slope(x)) / 6.0L + 1.0L / width_); }

long double RadialLaw::above(long double x) const {
  const long double start = log_density(x);
  const auto density = [&](long double y) { return portable_exp(log_density(y) - start); };
  long double sum = 0.0L, added = 1.0L;
  for (long double a = x; added > 1e-21L * sum;) {
    const long double end = a + panel(std::max(a, 1e-3L * width_));
    added = gauss_legendre_panel(density, a, end);
    sum += added;
    a = end;
  }
  return sum;
}

long double RadialLaw::between(long double a, long double b) const {
  const long double start = log_density(a), sign = a < b ? 1.0L : -1.0L;
  const auto density = [&](long double y) { return portable_exp(log_density(y) - start); };
  long double sum = 0.0L;
  while (a != b) {
    const long double step = panel(a), end = std::abs(b - a) > step ? a + sign * step : b;
    sum += gauss_legendre_panel(density, a, end);
    a = end;
  }
  return sum;
}

long double RadialLaw::log_whole() const { return portable_log(below(mode_) + above(mode_)); }

}  // namespace nnft
