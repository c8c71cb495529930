#pragma once
/// @file Derivatives as weighted sums of values at neighbouring points.

#include "nnft/core/types.hpp"

namespace nnft {

/// The most nodes of a stencil.
inline constexpr int most_stencil_nodes = 6;

/// d^n f/dx^n ≈ Σ_k weights(n − 1, k) f(nodes[k]) for n = 1, 2. The first node is the point itself.
struct Stencil {
  Vector nodes;
  RowMatrix weights;
};

/// Five points around x, exact for polynomials of degree 4; six from x upwards, exact for degree 5, if two steps down would pass
/// `least`. Both derivatives are wrong by O(step⁴), the one-sided first one by O(step⁵).
/// @throws UsageError if the nodes are not finite, or the step is so small that rounding makes some of them equal.
Stencil derivative_stencil(double x, double step, double least);

}  // namespace nnft
