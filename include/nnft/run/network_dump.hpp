#pragma once
/// @file Single networks in full, for people and for checks by other programs.

#include <string>

#include "nnft/core/simd_path.hpp"
#include "nnft/run/config.hpp"
#include "nnft/run/plan.hpp"

namespace nnft {

/// The first `count` networks of every scan point as JSON: {"points": [{"width", "strength", … for each scan axis,
/// "networks": [{"parameters": {name: {"shape", "values"}}, "field": φ at the sites, "kernel": K of the packed pairs}]}]},
/// numbers with 17 digits, infinite widths as "inf". Weights are deformed; a shared scale v is drawn, multiplies φ by √v and K by
/// v, and stands among the parameters as "scale" (not at strength 0, where it is 1). Not collective. @throws UsageError if an
/// ensemble cannot be built.
std::string networks_as_json(const Config& config, const Plan& plan, SimdPath path, int count);

}  // namespace nnft
