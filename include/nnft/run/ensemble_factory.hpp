#pragma once
/// @file Builds what a config describes: the one list of architectures.

#include <memory>
#include <string>
#include <vector>

#include "nnft/field/architectures/free_scalar.hpp"
#include "nnft/field/architectures/gauss.hpp"
#include "nnft/field/architectures/mlp.hpp"
#include "nnft/field/field_ensemble.hpp"
#include "nnft/field/output_layer.hpp"
#include "nnft/run/config.hpp"
#include "nnft/run/plan.hpp"

namespace nnft {

/// The values of field.architecture.
std::vector<std::string> architecture_names();

/// What a config says of each architecture.
MlpSpec mlp_spec(const FieldConfig& field);
GaussSpec gauss_spec(const FieldConfig& field);
FreeScalarSpec free_scalar_spec(const FieldConfig& field);
OutputLayer output_layer(const FieldConfig& field);

/// The covariance of the field at infinite width, shape (sites, sites). @throws UsageError if it is not known.
RowMatrix infinite_width_kernel(const Config& config);

/// The ensemble of a scan point: networks, or the Gaussian process if the width is infinite.
/// @throws UsageError for a name that is not an architecture's and what its parts throw.
std::unique_ptr<FieldEnsemble> make_ensemble(const Config& config, const ScanPoint& point, SimdPath path);

}  // namespace nnft
