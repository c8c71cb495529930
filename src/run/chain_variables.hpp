#pragma once
/// @file What a result file holds of fields under an operator: the part of point_variables.hpp that chains and weights add.

#include <vector>

#include "nnft/io/schema.hpp"
#include "nnft/run/config.hpp"
#include "nnft/run/point_variables.hpp"

namespace nnft {

/// The columns of a ChainLayout that are added, in order; none if there are none.
void add_chain_sums(std::vector<SumVariable>& list, const SumLayout& layout);
/// The state of the chain, at the end of a row.
void add_chain_state(std::vector<SumVariable>& list, const SumLayout& layout);
void add_chain_variables(std::vector<PointVariable>& list, const SumLayout& layout);
void add_chain_leave_one_out(std::vector<LeaveOneOutVariable>& list, const SumLayout& layout);

/// Dimensions of all these, and the coordinates of the nodes.
void add_chain_dimensions(Schema& schema, const SumLayout& layout);
void add_node_coordinates(Schema& schema, const Config& config);

}  // namespace nnft
