#pragma once
/// @file Exact feature moments of the cos-net.

#include "nnft/field/site_set.hpp"
#include "nnft/theory/one_neuron.hpp"

namespace nnft {

/// E[Π cos(W·x_i + b)] with W ~ N(0, σ_w²/d) per component and b uniform on the circle:
/// 2^{−n} Σ exp(−σ_w²|Σ ε_i x_i|²/2d) over the signs ε with Σ ε_i = 0. Demirtas et al., arXiv:2307.03223, appendix B.
FeatureMoment cos_feature_moment(const SiteSet& sites, double sigma_weight);

}  // namespace nnft
