#pragma once
/// @file What is known of ensembles under a field-operator: few nodes exactly, perturbation theory, and which operators have a
/// mean.

#include "nnft/core/types.hpp"
#include "nnft/run/config.hpp"
#include "nnft/run/plan.hpp"
#include "nnft/stats/moment_layout.hpp"

namespace nnft {

/// Connected correlators where the operator has few nodes, rows of the layout: any sites; at infinite width nodes of rank 3 or
/// less, or any nodes with λ = κ = 0; at finite width one or two nodes. @param most_operations as converged_moments. @throws
/// UsageError that says why there are none.
Vector few_node_connected(const Config& config, const ScanPoint& point, const MomentLayout& layout, double most_operations);

/// Connected correlators at infinite width to second order in λ, first order in μ² and κ. @throws UsageError at finite width.
Vector perturbative_connected(const Config& config, const ScanPoint& point, const MomentLayout& layout);

/// @throws UsageError that names the scan point and the limit of μ² if E[e^{−V}] is infinite there.
void require_normalisable(const Config& config, const Plan& plan);

}  // namespace nnft
