#pragma once
/// @file Values that are possible each by itself but not together.

#include <string>
#include <vector>

#include "nnft/run/config.hpp"

namespace nnft {

/// What is wrong, told at one of the keys that do not go together.
struct ConfigConflict {
  std::string key;
  std::string what;  ///< "expected …, got …"
};

/// Everything that keeps the values of a config from going together.
std::vector<ConfigConflict> find_conflicts(const Config& config);

/// Whether output weights and output bias are normal, so that the field is Gaussian at fixed hidden parameters.
bool has_normal_output(const Config& config);

}  // namespace nnft
