#pragma once
/// @file The Fourier transform of e^{−V} on one or two nodes.

#include "nnft/field/field_operator.hpp"

namespace nnft {

/// E[e^{−V}f] ∝ Σ_k weights_k E[e^{i t_k·φ} f] for even f: a lattice in one half of the space of t.
struct OperatorTransform {
  RowMatrix t;     ///< shape (nodes, points)
  Vector weights;  ///< shape (points)
};

/// Exponentially convergent, to 1e-15 of the largest weight at fineness 1. @param reach |φ_z| that φ does not exceed, shape
/// (nodes).
/// @throws UsageError unless V = 0 or there are one or two nodes and e^{−V} decays at large fields.
OperatorTransform operator_transform(const FieldOperator& field_operator, const Vector& reach, double fineness);

}  // namespace nnft
