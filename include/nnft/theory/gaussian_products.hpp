#pragma once
/// @file Averages of products of activations of correlated Gaussian pre-activations, and their derivatives in the covariance.

#include "nnft/field/activation.hpp"
#include "nnft/theory/neuron_rule.hpp"

namespace nnft {

/// ⟨σ(z_1)σ(z_2)⟩ and ⟨σ(z_1)…σ(z_4)⟩ of all tuples, as a row of MomentLayout(sites, {2, 4}).
/// Closed forms for identity, sin, cos. relu: by directions where the sites of a tuple span up to 3 dimensions, by an integral
/// over the positive orthant where four are independent, to 1e-6; others by the trapezoidal rule in up to 4 dimensions, to 1e-6
/// (1e-10 in one and two dimensions). @throws UsageError with the accuracy reached if that fails.
Vector activation_products(Activation activation, const RowMatrix& covariance);

/// ∂⟨σ_1σ_2⟩/∂G_11, ∂/∂G_12 (both symmetric entries), ∂/∂G_22.
struct PairDerivatives {
  double first;   ///< ½⟨σ″(z_1)σ(z_2)⟩
  double mixed;   ///< ⟨σ′(z_1)σ′(z_2)⟩
  double second;  ///< ½⟨σ(z_1)σ″(z_2)⟩
};

/// @param covariance shape (2, 2). relu in closed form, others to 1e-10.
PairDerivatives activation_pair_derivatives(Activation activation, const RowMatrix& covariance);

}  // namespace nnft
