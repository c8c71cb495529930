#pragma once
/// @file W[J] = ln E[exp Σ_p J_p φ(x_p)] of nets whose neurons are independent and alike, exactly at any width:
/// W = N ln E_h[E_a exp(a Σ_p J_p h(x_p))] + ln E exp(a₀ Σ_p J_p); at infinite width ½JKJ and the same of a₀.

#include "nnft/theory/source_threshold.hpp"

namespace nnft {

/// To 1e-10. `sources` has shape (sites). @throws UsageError if W[J] is infinite, or the weights span more than 3 dimensions.
double cos_source_functional(const SiteSet& sites, double sigma_weight, const Readout& readout, const Vector& sources);

/// To 1e-10. @throws UsageError if W[J] is infinite, or the sites are not in 1, 2 or 3 dimensions.
double free_scalar_source_functional(const SiteSet& sites, const FreeScalarSpec& spec, const Readout& readout,
                                     const Vector& sources);

/// To the accuracy of mlp_neuron_rule. @throws UsageError if W[J] is infinite, if depth > 1 unless the width of every layer is 1
/// or infinite, and as mlp_neuron_rule.
double mlp_source_functional(const SiteSet& sites, const MlpSpec& spec, const Readout& readout, const Vector& sources);

}  // namespace nnft
