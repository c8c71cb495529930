#pragma once
/// @file Exact feature moments of the gauss-net.

#include "nnft/field/architectures/gauss.hpp"
#include "nnft/field/site_set.hpp"
#include "nnft/theory/one_neuron.hpp"

namespace nnft {

/// E[Π h(x_i)] = exp(½n²σ_b² − nσ_b² + s(½|Σ x_i|² − Σ|x_i|²)), s = σ_w²/d: the exponent is Gaussian. Halverson, Maiti, Stoner,
/// arXiv:2008.08601, appendix A (n = 2, 4).
FeatureMoment gauss_feature_moment(const SiteSet& sites, const GaussSpec& spec);

}  // namespace nnft
