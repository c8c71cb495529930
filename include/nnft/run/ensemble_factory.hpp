#pragma once
/// @file Builds what a config describes: the one list of architectures.

#include <memory>
#include <string>
#include <vector>

#include "nnft/field/architecture.hpp"
#include "nnft/field/field_ensemble.hpp"
#include "nnft/run/config.hpp"
#include "nnft/run/plan.hpp"

namespace nnft {

/// The values of field.architecture.
std::vector<std::string> architecture_names();

/// @throws UsageError for a name that is not an architecture's.
std::unique_ptr<Architecture> make_architecture(const FieldConfig& field);

/// The ensemble of a scan point.
std::unique_ptr<FieldEnsemble> make_ensemble(const Config& config, const ScanPoint& point, SimdPath path);

}  // namespace nnft
