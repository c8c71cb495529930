#pragma once
/// @file The operator e^{−V} that is inserted into a field theory of networks. Halverson, talk "φ⁴ theory as a neural network
/// field theory": it deforms the density of the parameters to P(θ) e^{−V[φ_θ]}, or adds V to the action.

#include "nnft/core/types.hpp"
#include "nnft/field/node_grid.hpp"

namespace nnft {

/// Couplings of V = ∫ [λφ⁴/4! − μ²φ²/2 + κφ⁶/6!] over a box; with a range r > 0 the quartic term is
/// (λ/4!) ∫∫ φ²(x) v(x − y) φ²(y), v the Gaussian density of standard deviation r in every direction (∫ v = 1).
struct FieldCouplings {
  double lambda = 0.0;
  double mu2 = 0.0;
  double kappa = 0.0;
  double range = 0.0;

  bool free() const noexcept { return lambda == 0.0 && mu2 == 0.0 && kappa == 0.0; }
  bool local() const noexcept { return range == 0.0; }
  bool operator==(const FieldCouplings&) const = default;
};

/// V on the nodes of a grid: Σ_z w_z [λφ_z⁴/4! − μ²φ_z²/2 + κφ_z⁶/6!], or with a range
/// (λ/4!) Σ_zy w_z w_y v(z − y) φ_z²φ_y² in place of the first term.
class FieldOperator {
 public:
  FieldOperator(const NodeGrid& grid, const FieldCouplings& couplings);

  const FieldCouplings& couplings() const noexcept { return couplings_; }
  int nodes() const noexcept { return static_cast<int>(weights_.size()); }
  /// w_z, shape (nodes).
  const Vector& weights() const noexcept { return weights_; }
  /// w_z w_y v(z − y), shape (nodes, nodes); empty for a local operator.
  const RowMatrix& pair_weights() const noexcept { return pair_weights_; }

  /// V of a field on the nodes, shape (nodes).
  double value(const Vector& phi) const;
  /// ∂V/∂φ_z, shape (nodes).
  Vector gradient(const Vector& phi) const;

 private:
  FieldCouplings couplings_;
  Vector weights_;
  RowMatrix pair_weights_;
};

}  // namespace nnft
