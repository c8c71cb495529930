#pragma once
/// @file Whether e^{−S} can be normalised.

#include <optional>

#include "nnft/action/site_action.hpp"

namespace nnft {

/// Where the action falls, or fails to rise, without end.
struct FallingDirection {
  int degree;        ///< of the highest couplings; 0 if there are none
  Vector direction;  ///< of unit length, shape (sites)
  double value;      ///< of the form of that degree there, the lowest on the unit sphere
};

/// The form of the highest degree must be positive on the unit sphere: by the lowest eigenvalue of g2 if the action is quadratic,
/// otherwise by descents from many directions, those that random numbers of a fixed seed choose among them. Nothing if it is
/// positive. Values below `flat_below` times the largest coefficient are rounding and count as 0.
std::optional<FallingDirection> falling_direction(const SiteAction& action);
inline constexpr double flat_below = 1e-13;

}  // namespace nnft
