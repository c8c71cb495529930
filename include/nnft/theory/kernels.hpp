#pragma once
/// @file Covariance of the field at infinite width.

#include "nnft/field/architectures/free_scalar.hpp"
#include "nnft/field/architectures/gauss.hpp"
#include "nnft/field/architectures/mlp.hpp"
#include "nnft/field/output_layer.hpp"
#include "nnft/field/site_set.hpp"

namespace nnft {

/// All are K(x_p, x_q) = σ_a² lim E[h(x_p)h(x_q)] + σ_a0², shape (sites, sites).
/// Halverson, Maiti, Stoner, arXiv:2008.08601, §2.
RowMatrix cos_kernel(const SiteSet& sites, double sigma_weight, const OutputLayer& output);
RowMatrix gauss_kernel(const SiteSet& sites, const GaussSpec& spec, const OutputLayer& output);
/// @throws UsageError unless the sites are in 1, 2 or 3 dimensions.
RowMatrix free_scalar_kernel(const SiteSet& sites, const FreeScalarSpec& spec, const OutputLayer& output);

/// The layer recursion G ← σ_w²⟨σσ⟩_G + σ_b² of Lee et al., arXiv:1711.00165, all hidden widths infinite. Other densities than
/// normal: the first layer by quadrature, the later ones are Gaussian by the central limit theorem.
/// @throws UsageError if hidden-widths are fixed; if depth > 1 and biases are not normal; and as mlp_neuron_rule if weights are
/// not normal.
RowMatrix mlp_kernel(const SiteSet& sites, const MlpSpec& spec, const OutputLayer& output);

/// ⟨σ(z_p)σ(z_q)⟩ of Gaussian z for all pairs, shape of the covariance: arc-cosine for relu (Cho, Saul, NIPS 2009), arc-sine for
/// erf (Williams, NIPS 1996), closed forms for sin, cos, identity; to 1e-12 by quadrature over two pre-activations for tanh,
/// sigmoid and gelu.
RowMatrix activation_covariance(Activation activation, const RowMatrix& covariance);

}  // namespace nnft
