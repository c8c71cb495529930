#pragma once
/// @file The file of correlators of an action, FORMAT.md, "Correlators of actions".

#include "nnft/io/schema.hpp"
#include "nnft/run/action_correlators.hpp"
#include "nnft/run/expanded_correlators.hpp"

namespace nnft {

/// Everything in the file, with provenance of the couplings only. @param file the one that `stored` reads.
Schema drawn_schema(const StoredAction& stored, const ResultReader& file, const DrawRequest& request,
                    const std::vector<DrawnPoint>& points);
Schema expanded_schema(const StoredAction& stored, const ResultReader& file, const ExpandedCorrelators& expanded);

}  // namespace nnft
