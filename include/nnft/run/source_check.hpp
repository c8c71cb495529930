#pragma once
/// @file Whether W[J] exists.

#include "nnft/run/config.hpp"
#include "nnft/run/plan.hpp"

namespace nnft {

/// @throws UsageError for the first source and scan point whose E[e^{Jφ}] is infinite, with the multiple of J up to which it is
/// finite, or for which that is not known.
void require_finite_sources(const Config& config, const Plan& plan);

}  // namespace nnft
