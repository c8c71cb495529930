#pragma once
/// @file The field at which an action is lowest.

#include "nnft/action/site_action.hpp"

namespace nnft {

/// The field of the lowest S found, by descents from the lowest points on rays in many directions; 0, where S = 0, if none is
/// lower. Shape (sites). For actions that are bounded below.
Vector lowest_field(const SiteAction& action);

}  // namespace nnft
