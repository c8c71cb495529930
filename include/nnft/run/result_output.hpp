#pragma once
/// @file From the subtrees of all blocks to the result file.

#include <functional>
#include <string>
#include <vector>

#include "nnft/parallel/communicator.hpp"
#include "nnft/run/block_store.hpp"
#include "nnft/run/config.hpp"
#include "nnft/run/plan.hpp"
#include "nnft/run/result_layout.hpp"

namespace nnft {

/// All that a result is made of. The references must outlive the call of write_result.
struct ResultInput {
  const Config& config;
  const Plan& plan;
  const std::vector<Vector>& reference_kernels;  ///< K₀ by scan point
  ResultKind kind;                               ///< sample or partial
  /// The blocks of a memory round; the reference is valid until the next call. Collective.
  std::function<const BlockStore&(const Range& points)> blocks;
};

/// Writes config.run.output with block sums, estimates and subtrees; `start` and `end` are the provenance before and after the
/// data. Returns the tables of all scan points on the root, empty elsewhere. Collective. @throws IoError on every rank.
std::string write_result(const Communicator& comm, const ResultInput& input, TextPairs start,
                         const std::function<TextPairs()>& end);

}  // namespace nnft
