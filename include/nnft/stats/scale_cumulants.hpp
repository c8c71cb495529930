#pragma once
/// @file Joint cumulants of powers of a random scale.

#include <vector>

namespace nnft {

/// κ(v^k₁, v^k₂, …) of v ~ Gamma(shape 1/α, scale α), as coefficients of 1, α, α², …: whole numbers, none negative. With more
/// than one power it is O(α).
std::vector<double> scale_cumulant(const std::vector<int>& powers);

}  // namespace nnft
