#pragma once
/// @file Whether the operator e^{−V} can be inserted: whether E[e^{−V}] over the free ensemble is finite.

#include "nnft/field/architectures/free_scalar.hpp"
#include "nnft/field/architectures/mlp.hpp"
#include "nnft/field/field_operator.hpp"
#include "nnft/field/output_layer.hpp"

namespace nnft {

/// E[e^{−V}] is finite if and only if μ² is below this, or V = 0: infinity if κ > 0, or κ = 0 and λ > 0, −infinity if κ < 0, or
/// κ = 0 and λ < 0, otherwise `quadratic_limit`, which is that of the mass term alone.
double mu2_limit(const FieldCouplings& couplings, double quadratic_limit);
bool is_normalisable(const FieldCouplings& couplings, double quadratic_limit);

/// All of the following return the limit of μ² of the mass term alone, λ = κ = 0, for φ = Σ_i a_i h_i + a₀.

/// Gaussian processes: 1/(the largest eigenvalue of W^½ G W^½). @param node_covariance G, shape (nodes, nodes).
/// @throws ShapeError if the shapes differ.
double process_quadratic_limit(const RowMatrix& node_covariance, const Vector& weights);

/// Any finite width, features with Σ_z w_z h(z)² <= response: given the features φ is Gaussian if the a_i are, and
/// 1/(σ_a² response + σ_a0² Σ_z w_z) is the limit, exact if a₀ = 0 and the bound is reached. Bounded densities of a_i: infinity;
/// laplace and student-t: 0.
double network_quadratic_limit(const OutputLayer& output, double response, const Vector& weights);

/// sup Σ_z w_z h(z)² over the hidden parameters. All are at most |h|² times the volume, and free-scalar and cos reach it where
/// the momentum vanishes. Infinite for gauss and for mlp with relu, gelu or identity.
double cos_response(const Vector& weights);
double free_scalar_response(const Vector& weights, const FreeScalarSpec& spec, int dimension);
double mlp_response(const Vector& weights, const MlpSpec& spec);

}  // namespace nnft
