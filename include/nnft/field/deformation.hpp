#pragma once
/// @file Deformations of the parameter density, P(θ; α) ∝ P₀(θ) e^{−αV(θ)}, that make neurons depend on each other. Halverson,
/// talk "φ⁴ theory as a neural network field theory"; Demirtas et al., arXiv:2307.03223, §3.2.

#include <string_view>
#include <vector>

namespace nnft {

/// Which V, or what takes its place. W are the weights of the first layer, N neurons with d inputs each, of variance s = σ_w²/d.
enum class DeformationKind {
  weight_quartic,  ///< V = (R/N)², R = Σ_ij W_ij²; α >= 0
  weight_ring,     ///< V = (1/s) Σ_i W_i·W_{i+1}, neuron N + 1 being neuron 1; |α| < ½
  shared_scale,    ///< φ → √v φ, v ~ Gamma(shape 1/α, scale α) of mean 1 and variance α; α >= 0
  field_operator,  ///< V a polynomial of the field integrated over a box, of which α is the λ (field_operator.hpp)
  field_mass       ///< the μ² of that polynomial, an axis of its own
};

std::string_view to_string(DeformationKind kind) noexcept;
/// Those that a [deformation] can name.
const std::vector<DeformationKind>& all_deformation_kinds() noexcept;

/// Whether it acts on the weights of the first layer.
constexpr bool deforms_weights(DeformationKind kind) noexcept {
  return kind == DeformationKind::weight_quartic || kind == DeformationKind::weight_ring;
}

/// A deformation with its strength α.
struct Deformation {
  DeformationKind kind;
  double strength;
  bool operator==(const Deformation&) const = default;
};

/// What is made of each draw of the first-layer weights: one copy of the network for each entry, deformed by it, and the V that
/// are measured on every copy. Copies share all other parameters.
struct WeightDeformations {
  std::vector<Deformation> copies = {{DeformationKind::weight_quartic, 0.0}};
  std::vector<DeformationKind> potentials;
};

}  // namespace nnft
