#pragma once
/// @file Quadratures over the momentum and the phase of one neuron that is a plane wave.

#include "nnft/field/architectures/free_scalar.hpp"
#include "nnft/field/site_set.hpp"
#include "nnft/theory/neuron_rule.hpp"

namespace nnft {

/// E[F(h)] of even F, F(−h) = F(h): level ℓ has 16·2^ℓ phases in half a period.

/// h(x) = cos(W·x + b). @throws UsageError if the differences of the points span more than 3 dimensions.
NeuronRule cos_neuron_rule(const SiteSet& points, double sigma_weight);
/// @throws UsageError if the points are not in 1, 2 or 3 dimensions.
NeuronRule free_scalar_neuron_rule(const SiteSet& points, const FreeScalarSpec& spec);

}  // namespace nnft
