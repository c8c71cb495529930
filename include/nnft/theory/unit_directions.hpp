#pragma once
/// @file Averages over the directions of momenta.

#include "nnft/core/types.hpp"

namespace nnft {

/// Unit vectors up to sign, with weights that sum to one.
struct UnitDirections {
  RowMatrix vectors;  ///< shape (d, count)
  Vector weights;     ///< shape (count)
};

/// For functions of directions in d = 1, 2 or 3 dimensions that vary no faster than cos(2·phase); finer by level + 1.
UnitDirections unit_directions(int dimension, double phase, int level);

}  // namespace nnft
