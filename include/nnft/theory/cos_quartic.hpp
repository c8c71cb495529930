#pragma once
/// @file The cos-net under the weight-quartic deformation, exactly at any width. Halverson, talk "φ⁴ theory as a neural network
/// field theory".

#include "nnft/theory/cos_field.hpp"
#include "nnft/theory/radial_density.hpp"

namespace nnft {

/// Φ(|k|²) = E[e^{ik·W}] of all weights W together, whose density depends on |W| only: the cosine transform of the density of one
/// component, which is found by quadrature over the length of the others. To 1e-18 of Φ(0) = 1 (absolutely).
class IsotropicCharacteristic {
 public:
  /// @param basis of at most one parameter, the strength around density.strength; must outlive this.
  IsotropicCharacteristic(const RadialDensity& density, const SeriesBasis& basis);

  StrengthSeries operator()(long double squared_momentum) const;

 private:
  const SeriesBasis* basis_;
  long double spacing_;
  long double largest_momentum_;           // Φ < 1e-20 beyond
  std::vector<StrengthSeries> component_;  // density of one component at 0, spacing, 2 spacing, …, weights of the rule included
};

/// N(N − 1)…(N − m + 1) Φ(Σ_j |q_j|²). @param basis must outlive the result.
CharacteristicSum quartic_characteristic(const RadialDensity& density, const SeriesBasis& basis);

/// A cos-net under weight-quartic.
struct QuarticCosNet {
  SiteSet sites;
  double sigma_weight = 1.0;
  Readout readout;  ///< the width may be infinite
  double strength = 0.0;
};

/// The connected correlators to first order in α and leading order in 1/N of each coefficient, as a row of the layout:
/// G2c = (σ_a²/2) e^{−sA/2} (1 + 2αds³A/N) and
/// G4c = (σ_a⁴/8N) Σ {k₄e^{−sq²/2}(1 + 2αds³q²/N) − e^{−s(A+B)/2}[2 + (α/N)(4ds³(A + B) + 4s⁴AB)]} over three q and pairings,
/// k₄ = 3 for normal output; of higher orders the cumulants of a₀ only.
/// @throws UsageError if the output density lacks a moment.
Vector cos_quartic_leading(const MomentLayout& layout, const QuarticCosNet& net);

}  // namespace nnft
