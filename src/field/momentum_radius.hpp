#pragma once
/// @file The radial density of momenta of the free-scalar net. No library function that picks its code by the processor is used:
/// these numbers enter samples.

#include <array>
#include <vector>

namespace nnft {

/// F(R) = ∫_0^R x^(d−1) (x² + 1)^(−(1+e)) dx, to 1e-16 of itself.
long double radial_integral(int input_dim, double momentum_exponent, long double radius);

/// r(t) with F(r) = t^d F(R): the distance of a momentum (in masses) from that of a point uniform in the unit ball, t. Exact for
/// e = −1; otherwise quintic Hermite interpolation in as many intervals as make the error less than 1e-13 R.
class MomentumRadius {
 public:
  /// @param cutoff R = Λ/m. @throws UsageError if R is too large to tabulate.
  MomentumRadius(int input_dim, double momentum_exponent, double cutoff);

  /// 0 <= t <= 1.
  double operator()(double t) const noexcept;
  int intervals() const noexcept { return static_cast<int>(pieces_.size()); }

 private:
  double cutoff_;
  std::vector<std::array<double, 6>> pieces_;  ///< coefficients in the place 0 … 1 within an interval; none if e = −1
};

}  // namespace nnft
