#pragma once
/// @file The Gaussian field with e^{−V} inserted, exactly, where the field on the nodes has few directions.

#include "nnft/field/field_operator.hpp"
#include "nnft/theory/few_node_moments.hpp"

namespace nnft {

/// At infinite width: the trapezoidal rule over the directions ξ of φ = Aξ on the nodes, to 1e-9 of connected correlators; sites
/// are Gaussian given the nodes. Any number of nodes whose covariance has rank 3 or less (to 1e-14), any sites.
/// @param covariance of the field at the nodes, then the sites, shape (M + S, M + S).
/// @throws ShapeError if it has another shape; UsageError if the rank is above 3, the covariance is not positive (as
/// covariance_factor) or e^{−V} has no finite mean.
FewNodeMoments few_node_process(const MomentLayout& layout, const RowMatrix& covariance, const FieldOperator& field_operator,
                                double most_operations = patient_operations);

}  // namespace nnft
