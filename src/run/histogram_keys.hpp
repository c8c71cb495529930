#pragma once
/// @file The keys of measured histograms of the field, and what they do not go together with.

#include <vector>

#include "nnft/run/config_conflicts.hpp"
#include "nnft/run/config_keys.hpp"

namespace nnft {

/// measure.histogram and what comes with it.
std::vector<ConfigKey> histogram_keys();

/// Adds everything that keeps the histograms of a config from being measured.
void check_histograms(const Config& config, std::vector<ConfigConflict>& conflicts);

}  // namespace nnft
