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

/// @throws UsageError for a name that is not an architecture's.
std::unique_ptr<Architecture> make_architecture(const FieldConfig& field);

/// The covariance of the field at infinite width, shape (sites, sites). @param widening what multiplies the standard deviation of
/// the first-layer weights (but no constant of the architecture that was made from it). @throws UsageError if it is not known.
RowMatrix infinite_width_kernel(const Config& config, double widening);

/// The same without widening between other points, shape (points, points).
RowMatrix infinite_width_kernel_at(const Config& config, const RowMatrix& points);

/// What is left of a deformation of the weights at infinite width: weight-ring makes the variance of each s/√(1 − 4α²).
double infinite_width_widening(const Deformation& weights);

/// The random numbers of a width's ensembles.
Stream ensemble_stream(const Config& config, double width);

/// The ensembles of a width, one copy for each deformation of the weights: networks, or Gaussian processes if the width is
/// infinite. @throws UsageError for a name that is not an architecture's and what its parts throw.
std::unique_ptr<FieldEnsemble> make_ensemble(const Config& config, double width, const WeightDeformations& weights,
                                             SimdPath path);

}  // namespace nnft
