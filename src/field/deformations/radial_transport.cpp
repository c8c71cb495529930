#include "nnft/field/deformations/radial_transport.hpp"

#include <algorithm>
#include <cmath>
#include <sstream>

#include "field/deformations/radial_law.hpp"
#include "nnft/core/error.hpp"
#include "nnft/core/portable_math.hpp"

namespace nnft {
namespace {

constexpr std::size_t points = 13;
constexpr std::uint64_t largest_series_dimension = 2000;

/// Zeros of the Chebyshev polynomial T_13, rising.
constexpr std::array<long double, points> chebyshev = {-0.992708874098053992801L,
                                                       -0.93501624268541482344L,
                                                       -0.82298386589365639458L,
                                                       -0.663122658240795202377L,
                                                       -0.464723172043768545656L,
                                                       -0.239315664287557767149L,
                                                       0.0L,
                                                       0.239315664287557767149L,
                                                       0.464723172043768545656L,
                                                       0.663122658240795202377L,
                                                       0.82298386589365639458L,
                                                       0.93501624268541482344L,
                                                       0.992708874098053992801L};

/// The radii between which the table lies: all that have a chance above 1e-300 and components within 8.5.
struct Range {
  long double left, middle, right;
};

Range range(long double dimension, const RadialLaw& law) {
  long double above = 38.0L;  // log p < −above²/2
  for (int step = 0; step < 6; ++step) above -= (law.log_density(law.mode() + above) + 705.0L) / law.slope(law.mode() + above);
  return {std::max(0.0L, law.mode() - 27.0L), std::sqrt(dimension - 2.0L / 3.0L),
          std::min(8.6L * std::sqrt(dimension), law.mode() + above)};
}

/// Pairs (r, ρ) with F_b(ρ) = F_0(r). Going towards the median, errors of a pair before decay.
class Pairing {
 public:
  Pairing(long double dimension, double quartic)
      : free_(dimension, 0.0L), deformed_(dimension, quartic), log_ratio_(deformed_.log_whole() - free_.log_whole()) {}

  const RadialLaw& free() const noexcept { return free_; }

  /// ρ(r) by itself, from the masses below.
  long double from_below(long double r) {
    const long double target = log_ratio_ + free_.log_density(r) + portable_log(free_.below(r));
    long double rho = r_ > 0.0L ? rho_ * (r / r_) : guess(r);
    for (int step = 0; step < 60; ++step) {
      const long double below = deformed_.below(rho);
      const long double change = (target - deformed_.log_density(rho) - portable_log(below)) * below / rho;
      rho *= portable_exp(change);
      if (std::abs(change) < 1e-16L) break;
    }
    return remember(r, rho);
  }

  /// ρ(r) by itself, from the masses above.
  long double from_above(long double r) {
    const long double target = log_ratio_ + free_.log_density(r) + portable_log(free_.above(r));
    long double rho = guess(r);
    for (int step = 0; step < 60; ++step) {
      const long double above = deformed_.above(rho);
      const long double change = (deformed_.log_density(rho) + portable_log(above) - target) * above / rho;
      rho *= portable_exp(change);
      if (std::abs(change) < 1e-16L) break;
    }
    return remember(r, rho);
  }

  /// ρ(r) from the pair before.
  long double next(long double r) {
    const long double slope = portable_exp(log_ratio_ + free_.log_density(r_) - deformed_.log_density(rho_));
    const long double step = r - r_, bend = slope * (free_.slope(r_) - deformed_.slope(rho_) * slope);
    const long double target = slope * free_.between(r_, r);
    long double rho = rho_ + step * (slope + 0.5L * step * bend);
    for (int k = 0; k < 20; ++k) {
      const long double density = portable_exp(deformed_.log_density(rho) - deformed_.log_density(rho_));
      const long double change = (target - deformed_.between(rho_, rho)) / density, steepness = deformed_.slope(rho);
      rho += change * (1.0L - 0.5L * steepness * change);
      if (std::abs(change) * (std::abs(steepness) + 1.0L / deformed_.width()) < 1e-7L) break;
    }
    return remember(r, rho);
  }

 private:
  long double guess(long double r) const {
    const long double normal = deformed_.mode() + (r - free_.mode()) * (deformed_.width() / free_.width());
    return free_.mode() > 0.0L && r < free_.mode() ? r * deformed_.mode() / free_.mode() : normal;
  }
  long double remember(long double r, long double rho) {
    r_ = r;
    rho_ = rho;
    return rho;
  }

  RadialLaw free_, deformed_;
  long double log_ratio_;  ///< of all mass of deformed_ over that of free_
  long double r_ = 0.0L, rho_ = 0.0L;
};

using Values = std::array<long double, points>;

/// The coefficients of the polynomial that has these values at the Chebyshev points, by Newton's differences.
std::array<double, points> interpolate(Values values) {
  for (std::size_t order = 1; order < points; ++order)
    for (std::size_t k = points - 1; k >= order; --k)
      values[k] = (values[k] - values[k - 1]) / (chebyshev[k] - chebyshev[k - order]);
  Values sum{};
  for (std::size_t k = points; k-- > 0;) {  // sum · (x − x_k) + value
    for (std::size_t n = points - 1; n > 0; --n) sum[n] = sum[n - 1] - chebyshev[k] * sum[n];
    sum[0] = values[k] - chebyshev[k] * sum[0];
  }
  std::array<double, points> rounded{};
  for (std::size_t k = 0; k < points; ++k) rounded[k] = static_cast<double>(sum[k]);
  return rounded;
}

/// ρ/r in `panels` equal panels, from both ends to the middle. With `series`, each ρ left of the middle by itself.
std::vector<std::array<double, points>> tabulate(Pairing& pairing, const Range& table, int panels, bool series) {
  const long double length = (table.right - table.left) / panels;
  const auto radius = [&](int panel, std::size_t k) { return table.left + length * (panel + 0.5L + 0.5L * chebyshev[k]); };
  std::vector<std::array<double, points>> pieces(static_cast<std::size_t>(panels));
  Values values;
  int left = 0;
  for (; left < panels && radius(left, 0) < table.middle; ++left) {
    for (std::size_t k = 0; k < points; ++k) {
      const long double r = radius(left, k);
      values[k] = (series || (left == 0 && k == 0) ? pairing.from_below(r) : pairing.next(r)) / r;
    }
    pieces[static_cast<std::size_t>(left)] = interpolate(values);
  }
  for (int right = panels - 1; right >= left; --right) {
    for (std::size_t k = points; k-- > 0;) {
      const long double r = radius(right, k);
      values[k] = (right == panels - 1 && k == points - 1 ? pairing.from_above(r) : pairing.next(r)) / r;
    }
    pieces[static_cast<std::size_t>(right)] = interpolate(values);
  }
  return pieces;
}

}  // namespace

RadialTransport::RadialTransport(std::uint64_t dimension, double quartic) : quartic_(quartic) {
  if (dimension < 1) throw UsageError("weight-quartic: expected at least one weight, got 0");
  if (!(quartic >= 0.0) || !std::isfinite(quartic)) {
    std::ostringstream message;
    message << "weight-quartic: expected b = alpha (s/N)^2 finite and not negative, or no density can be normalised, got "
            << quartic;
    throw UsageError(message.str());
  }
  if (quartic == 0.0) return;
  Pairing pairing(static_cast<long double>(dimension), quartic);
  const Range table = range(static_cast<long double>(dimension), pairing.free());
  const long double longest = dimension < 8 ? 0.35L : 0.7L;  // shorter where poles are near
  const auto panels = static_cast<int>((table.right - table.left) / longest) + 1;
  const long double length = (table.right - table.left) / panels;
  pieces_ = tabulate(pairing, table, panels, dimension <= largest_series_dimension);
  left_ = static_cast<double>(table.left);
  right_ = static_cast<double>(table.right);
  panels_per_length_ = static_cast<double>(1.0L / length);
  const long double end = static_cast<long double>(right_) * evaluate(pieces_.back(), 1.0);
  const long double square = end * end;
  right_energy_ = square * (0.5L + quartic * square);
}

double RadialTransport::evaluate(const Piece& c, double place) noexcept {
  const double x = place, y = x * x;
  const double even = c[0] + y * (c[2] + y * (c[4] + y * (c[6] + y * (c[8] + y * (c[10] + y * c[12])))));
  const double odd = c[1] + y * (c[3] + y * (c[5] + y * (c[7] + y * (c[9] + y * c[11]))));
  return even + x * odd;
}

// What the densities differ by beside their exponents hardly changes: ρ²/2 + bρ⁴ − r²/2 stays what it was.
double RadialTransport::beyond(double square) const noexcept {
  const long double energy = right_energy_ + 0.5L * (square - static_cast<long double>(right_) * right_);
  const long double deformed = 4.0L * energy / (1.0L + std::sqrt(1.0L + 16.0L * quartic_ * energy));
  return static_cast<double>(std::sqrt(deformed / square));
}

double RadialTransport::factor(double square) const noexcept {
  if (pieces_.empty()) return 1.0;
  const double r = std::sqrt(square);
  if (r >= right_) return beyond(square);
  const double place = std::max(0.0, (r - left_) * panels_per_length_);
  const auto k = std::min(static_cast<std::size_t>(place), pieces_.size() - 1);
  return evaluate(pieces_[k], 2.0 * (place - static_cast<double>(k)) - 1.0);
}

}  // namespace nnft
