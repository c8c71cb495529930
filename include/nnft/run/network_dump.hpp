#pragma once
/// @file Single networks in full, for people and for checks by other programs.

#include <string>

#include "nnft/core/simd_path.hpp"
#include "nnft/run/config.hpp"
#include "nnft/run/plan.hpp"

namespace nnft {

/// The first `count` networks of every scan point as JSON: {"points": [{"width", "networks": [{"parameters": {name: {"shape",
/// "values"}}, "field": φ at the sites, "kernel": K of the packed pairs}]}]}, numbers with 17 digits, infinite widths as "inf".
/// Not collective. @throws UsageError if an ensemble cannot be built.
std::string networks_as_json(const Config& config, const Plan& plan, SimdPath path, int count);

}  // namespace nnft
