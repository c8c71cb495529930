#pragma once
/// @file Derivatives as weighted sums of values at neighbouring points.

#include "nnft/core/types.hpp"

namespace nnft {

/// d^n f/dx^n ≈ Σ_k weights(n − 1, k) f(nodes[k]) for n = 1, 2. The first node is the point itself.
struct Stencil {
  Vector nodes;
  RowMatrix weights;
};

/// Five points around x, exact for polynomials of degree 4; six from x upwards, exact for degree 5, if two steps down would pass
/// `least`.
Stencil derivative_stencil(double x, double step, double least);

}  // namespace nnft
