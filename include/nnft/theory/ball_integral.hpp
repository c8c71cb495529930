#pragma once
/// @file Momentum integrals over the ball |p| < Λ.

#include "nnft/core/quadrature.hpp"

namespace nnft {

/// A ball of momenta in d = 1, 2 or 3 dimensions, and a mass.
struct MomentumBall {
  int dimension = 1;
  double cutoff = 1.0;
  double mass = 1.0;

  /// ∫_{|p|<Λ} d^dp (p² + m²)^power e^{ip·r}, |r| = distance, to 1e-13 of its value at r = 0: composite Gauss–Legendre in
  /// asinh(p/m) of cos, J₀ or sinc. @throws UsageError unless d is 1, 2 or 3.
  double integral(double power, double distance) const;
  /// Nodes in the radius p and weights without the angular integral: ∫_0^Λ dp f(p), f oscillating no faster than cos(p·distance).
  QuadratureRule radial_rule(double distance) const;
};

/// The area of the unit sphere in d dimensions: 2, 2π, 4π. @throws UsageError unless d is 1, 2 or 3.
double sphere_area(int dimension);

}  // namespace nnft
