#pragma once
/// @file Where searches for low values of an action begin.

#include <vector>

#include "nnft/core/types.hpp"

namespace nnft {

/// Unit vectors: the axes, the sums and differences of two of them, and 64 random directions, always the same.
std::vector<Vector> search_directions(int sites);

}  // namespace nnft
