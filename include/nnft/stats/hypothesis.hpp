#pragma once
/// @file Are many correlated deviations compatible with zero?

#include "nnft/core/types.hpp"

namespace nnft {

/// A regulated Hotelling test. All dimensionless.
struct CorrelatedChi2 {
  double chi2 = 0.0;     ///< Σ over the kept modes of (deviation along the mode)² / variance
  int modes = 0;         ///< modes kept
  double p_value = 1.0;  ///< from Hotelling's F(modes, B − modes)
};

/// Deviations of shape (quantities) against the covariance that leave-one-block-out values of shape (B, quantities) imply. Works
/// on deviations divided by their errors and keeps the leading modes: eigenvalue above 1e-4 of the largest, at most B/8 of them,
/// since a covariance of more quantities than blocks is singular. Quantities of error 0 do not take part.
/// @throws ShapeError if the shapes differ or B < 8.
CorrelatedChi2 correlated_chi2(const Vector& deviations, const RowMatrix& leave_one_out);

/// Two-sided p-value of a standard normal deviate.
double normal_p_value(double pull);

}  // namespace nnft
