#pragma once
/// @file Feature moments of mlps with one hidden layer, and of mlps with a single neuron in every layer.

#include "nnft/field/architectures/mlp.hpp"
#include "nnft/field/site_set.hpp"
#include "nnft/theory/neuron_rule.hpp"

namespace nnft {

/// What makes the pre-activations of the first layer: z = A u with u independent of variance 1, shape (sites, D). Normal
/// densities: D is the rank of the vectors (σ_w x/√d, σ_b); others: their components that do not vanish.
RowMatrix input_loadings(const MlpSpec& spec, const SiteSet& sites);

/// A quadrature over the weights and bias of a neuron of depth 1; over all hidden parameters of a net whose layers have one
/// neuron each if depth > 1 ("a first NN-FT", aσ(bσ(cx))). Relative accuracies: 1e-10 in one or two dimensions; in three 1e-7,
/// relu 1e-9.
/// @param growth the highest power of features that is averaged.
/// @throws UsageError that names the dimension if it is above 3 (2 for other densities than normal; rademacher 16).
NeuronRule mlp_neuron_rule(const MlpSpec& spec, const SiteSet& sites, double growth);

/// E[h(x_1)…h(x_n)] of every tuple, as a row of the layout: in closed form for sin, cos and identity with normal weights and
/// depth 1 (any input dimension), by quadrature else. Nets deeper than 1 have width 1 in every layer.
/// @throws UsageError as mlp_neuron_rule, and if a moment is infinite.
Vector mlp_feature_moments(const MomentLayout& layout, const MlpSpec& spec, const SiteSet& sites);

}  // namespace nnft
