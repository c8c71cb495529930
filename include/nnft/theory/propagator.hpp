#pragma once
/// @file The propagator of the free scalar field with a momentum cutoff, at many distances.

#include <vector>

#include "nnft/theory/ball_integral.hpp"

namespace nnft {

/// G(r) = ∫_{|p|<Λ} d^dp/(2π)^d e^{ip·r}/(p² + m²) for |r| <= longest, to 1e-15 of G(0). The components of p across r are
/// integrated in closed form; what is left is a cosine transform. In long double by functions that do not look at the processor:
/// the numbers enter samples.
class PropagatorRule {
 public:
  /// @throws UsageError unless d is 1, 2 or 3.
  PropagatorRule(const MomentumBall& ball, double longest);

  long double at(long double distance) const;

 private:
  std::vector<long double> momenta_;
  std::vector<long double> weights_;
};

/// The same from Chebyshev interpolants of 33 points on panels of length 16/Λ. G(r) is an average of cos(qr), |q| <= Λ, and the
/// interpolant of each is good to 1e-16. Trefethen, Approximation Theory and Approximation Practice, ch. 8.
class PropagatorTable {
 public:
  PropagatorTable(const MomentumBall& ball, double longest);

  /// How often making a table evaluates the rule.
  static double evaluations(const MomentumBall& ball, double longest);

  /// @throws UsageError unless 0 <= distance <= longest.
  long double at(long double distance) const;

 private:
  long double longest_;
  long double panel_;
  std::vector<long double> coefficients_;  // of each panel
};

}  // namespace nnft
