#pragma once
/// @file The keys of a config that only a field-operator has.

#include <vector>

#include "nnft/run/config_keys.hpp"

namespace nnft {

/// Those of [deformation] beside kind and strength.
std::vector<ConfigKey> operator_keys();
/// [sampling].
std::vector<ConfigKey> sampling_keys();

}  // namespace nnft
