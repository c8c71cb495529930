#pragma once
/// @file Builds what a config describes: the one list of architectures.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "nnft/field/architecture.hpp"
#include "nnft/field/field_ensemble.hpp"
#include "nnft/run/config.hpp"
#include "nnft/run/plan.hpp"
#include "nnft/stats/moment_layout.hpp"

namespace nnft {

/// The values of field.architecture.
std::vector<std::string> architecture_names();

/// @throws UsageError for a name that is not an architecture's.
std::unique_ptr<Architecture> make_architecture(const FieldConfig& field);

/// The ensemble of a scan point.
std::unique_ptr<FieldEnsemble> make_ensemble(const Config& config, const ScanPoint& point, SimdPath path);

/// Exact connected correlators of a scan point as a row of the layout, where a closed form is known.
std::optional<Vector> exact_connected(const Config& config, const ScanPoint& point, const MomentLayout& layout);

}  // namespace nnft
