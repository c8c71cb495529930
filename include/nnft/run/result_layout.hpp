#pragma once
/// @file How results of a run are laid out in a file; src/io/FORMAT.md says the same in words.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "nnft/io/result_file.hpp"
#include "nnft/run/analysis.hpp"
#include "nnft/run/block_store.hpp"
#include "nnft/run/plan.hpp"
#include "nnft/run/point_variables.hpp"

namespace nnft {

using TextPairs = std::vector<std::pair<std::string, std::string>>;

/// The schema of a result file of this plan. `exact` files have no blocks.
Schema result_schema(const Config& config, const Plan& plan, ResultKind kind, TextPairs provenance);

/// Writes one point's table of sums per rank, whole chunks at a time; a rank without one passes nullptr. Counts are networks.
/// Collective.
void write_block_sums(ResultWriter& writer, const Plan& plan, const ScanPoint* point, const BlockTable& table);

/// Which point a rank collects from the store, if any.
struct CollectedPoint {
  std::uint64_t wave;
  const ScanPoint* point;
};

/// Writes the finished subtrees of one point per rank, from which a run with more networks goes on. Collective.
void write_subtrees(ResultWriter& writer, const Plan& plan, const BlockStore& store, const CollectedPoint& place);

/// Writes one point's estimates per rank; a rank without one passes nullptr. Collective.
void write_estimates(ResultWriter& writer, const Plan& plan, ResultKind kind, const PointResult* result);

}  // namespace nnft
