#pragma once
/// @file Connected correlators of deep mlps to first order in 1/N.

#include "nnft/field/architectures/mlp.hpp"
#include "nnft/field/site_set.hpp"
#include "nnft/stats/moment_layout.hpp"
#include "nnft/theory/source_threshold.hpp"

namespace nnft {

/// The leading connected correlators of an mlp of any depth, as a row of the layout: order 2 at infinite width, order 4 to first
/// order in 1/N_l of all hidden layers, 0 above (order 1/N² and higher) — but for the cumulants of a₀. Exact at depth 1.
/// The recursion over layers is that of Cov(K_12, K_34): Yaida, arXiv:1910.00019, §2; Hanin, JMLR 25 (2024) 1–58.
/// @throws UsageError unless weights are normal and the output has a fourth moment; relu without biases at the site 0; averages
/// of four activations that do not reach 1e-6.
Vector deep_connected_leading(const MomentLayout& layout, const SiteSet& sites, const MlpSpec& spec, const Readout& readout);

/// Cov(K_ab, K_cd) of the output kernel K_xy = (σ_a²/N) Σ h_i(x)h_i(y) to first order in 1/N_l, shape (pairs, pairs).
RowMatrix deep_kernel_covariance(const SiteSet& sites, const MlpSpec& spec, const Readout& readout);

}  // namespace nnft
