#pragma once
/// @file The length of all weights under the weight-quartic deformation. Halverson, talk "φ⁴ theory as a neural network field
/// theory"; the deformed density of D Gaussian weights depends on R = Σ W² only.

#include <vector>

#include "nnft/theory/strength_series.hpp"

namespace nnft {

/// p(R) ∝ R^{D/2−1} exp(−R/2s − αR²/N²).
struct RadialDensity {
  double dimension = 1.0;  ///< D = N d weights, >= 1
  double variance = 1.0;   ///< s > 0
  double width = 1.0;      ///< N
  double strength = 0.0;   ///< α >= 0
};

/// ∫ f(R) p(R) dR ≈ Σ weights f(peak e^log) / Σ weights.
struct RadialRule {
  long double peak = 0.0L;        ///< where R p(R) is largest
  std::vector<long double> logs;  ///< ln(R/peak)
  std::vector<long double> weights;
};

/// The trapezoidal rule in ln R, in which the density is entire: exponentially convergent, to 1e-18 at any D and α. Trefethen,
/// Weideman, SIAM Review 56 (2014) 385. D = 0 is allowed: R = 0.
RadialRule radial_rule(const RadialDensity& density);

/// ρ_k = E_α[R^k]/E_0[R^k], k = 0 … highest, as series in α around its value. @param basis of at most one parameter.
std::vector<StrengthSeries> radial_moment_ratios(const RadialDensity& density, int highest, const SeriesBasis& basis);

}  // namespace nnft
