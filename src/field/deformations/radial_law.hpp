#pragma once
/// @file The density of the length of a vector of weights that `weight-quartic` deforms. No library function that picks its code
/// by the processor is used: these numbers enter samples.

namespace nnft {

/// p(x) ∝ x^(D−1) exp(−x²/2 − b x⁴), x > 0, relative to its value at the mode.
class RadialLaw {
 public:
  /// @param dimension D >= 1. @param quartic b >= 0.
  RadialLaw(long double dimension, long double quartic);

  long double mode() const noexcept { return mode_; }
  /// About a standard deviation.
  long double width() const noexcept { return width_; }

  long double log_density(long double x) const;
  /// d log p / dx.
  long double slope(long double x) const noexcept { return power_ / x - x - 4.0L * quartic_ * x * x * x; }

  /// ∫_0^x p / p(x), from a series of positive terms: about 8 √D of them at the mode, few where x² + 4bx⁴ is less than D/2.
  long double below(long double x) const;
  /// ∫_x^∞ p / p(x) for x not far below the mode.
  long double above(long double x) const;
  /// ∫_a^b p / p(a); less than 0 if b < a.
  long double between(long double a, long double b) const;
  /// log ∫_0^∞ p.
  long double log_whole() const;

 private:
  /// Gauss and Legendre's 16 points are exact to 1e-18 over a panel of this length at x.
  long double panel(long double x) const noexcept;

  long double power_, quartic_, mode_, width_;
};

}  // namespace nnft
