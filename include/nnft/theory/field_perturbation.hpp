#pragma once
/// @file Perturbation theory in the couplings of the operator e^{−V} at infinite width, on the nodes that define the theory.

#include "nnft/field/field_operator.hpp"
#include "nnft/stats/moment_layout.hpp"

namespace nnft {

/// Connected correlators around the free field, each a row of the layout: free + λ·lambda + λ²·lambda2 + μ²·mu2 + κ·kappa.
/// Products of different couplings and squares of μ² and κ are left out.
struct FieldExpansion {
  Vector free;
  Vector lambda;
  Vector lambda2;
  Vector mu2;
  Vector kappa;

  /// The sum at the given couplings; their range is that of the operator that was expanded.
  Vector at(const FieldCouplings& couplings) const;
};

/// All diagrams up to second order in λ, first order in μ² and κ; tadpoles included. Peskin, Schroeder, §4.4, on a lattice. A
/// local operator takes O(M²) operations for each pair of pairs of sites, one with a range O(M³) for each pair.
/// @param layout of orders 2, or 2 and 4. @param covariance of the field at the nodes, then the sites, shape (M + S, M + S). Only
/// weights and range of `field_operator` enter, not its couplings.
/// @throws UsageError if the layout has other orders; ShapeError if the covariance has another shape.
FieldExpansion field_expansion(const MomentLayout& layout, const RowMatrix& covariance, const FieldOperator& field_operator);

}  // namespace nnft
