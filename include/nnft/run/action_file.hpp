#pragma once
/// @file Couplings of the action as a file; src/io/FORMAT.md, "Actions", says the same in words.

#include <vector>

#include "nnft/io/schema.hpp"
#include "nnft/run/action_analysis.hpp"

namespace nnft {

/// Dimensions, variables and root attributes with all values, for one rank to write; without provenance.
Schema action_schema(const ResultReader& file, const StoredResult& stored, const ActionSubject& subject,
                     const std::vector<PointAction>& actions);

}  // namespace nnft
