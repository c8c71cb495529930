#pragma once
/// @file The average of a product of four relu of linearly independent sites.

#include "nnft/core/types.hpp"

namespace nnft {

/// ⟨z_1 z_2 z_3 z_4⟩ over z > 0 of Gaussian z with a regular covariance, shape (4, 4): the radius in closed form, the directions
/// by Gauss–Legendre on the simplex Σ z_i = 1, in several orders of the sites.
/// @throws UsageError unless three resolutions agree to 1e-6 of Π√G_ii: nearly dependent sites of several kinds.
double orthant_product(const RowMatrix& covariance);

}  // namespace nnft
