#pragma once
/// @file Where an integrand is, before it is integrated by the trapezoidal rule.

#include <functional>

#include "nnft/core/types.hpp"

namespace nnft {

/// Half lengths of a box around 0 outside of which exp f, f(−x) = f(x), is below e^{−46} of its largest value; shape
/// (dimensions). Looks at a coarse lattice, so f must vary slowly on it: polynomials of low order do.
/// @throws UsageError unless exp f decays.
Vector decay_box(int dimensions, const std::function<double(const Vector& x)>& f);

}  // namespace nnft
