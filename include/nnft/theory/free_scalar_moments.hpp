#pragma once
/// @file Exact feature moments of the free-scalar net.

#include "nnft/field/architectures/free_scalar.hpp"
#include "nnft/field/site_set.hpp"
#include "nnft/theory/one_neuron.hpp"

namespace nnft {

/// E[Π h(x_i)] to 1e-12 of its coincident value: (A/2)ⁿ Σ_ε E_p[(p² + m²)^{ne/2} e^{ip·Σ ε_i x_i}] over the signs with Σ ε_i = 0,
/// from the average over the phase; the momenta by quadrature over the ball. Zhang, arXiv:2604.27050.
/// @throws UsageError unless the sites are in 1, 2 or 3 dimensions.
FeatureMoment free_scalar_feature_moment(const SiteSet& sites, const FreeScalarSpec& spec);

/// The propagator ∫_{|p|<Λ} d^dp/(2π)^d e^{ip(x−y)}/(p² + m²) between all sites, shape (sites, sites), to 1e-15 of its
/// value at coincident sites; from a table if there are many sites.
/// @throws UsageError unless the sites are in 1, 2 or 3 dimensions.
RowMatrix free_scalar_propagator(const SiteSet& sites, const FreeScalarSpec& spec);

}  // namespace nnft
