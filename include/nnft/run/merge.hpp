#pragma once
/// @file Joins results: parts of one run, and runs that differ in their scan points only.

#include <string>
#include <vector>

#include "nnft/parallel/communicator.hpp"

namespace nnft {

/// complete: every block of every scan point with all its slices. partial: whatever there is, also in the OUTPUT.part of runs
/// that are not complete.
enum class MergeKind { complete, partial };

/// Writes `output` from result files `inputs`, as one run of everything would have; returns the tables on the root. Collective.
/// @throws UsageError if configs differ in more than field.width (with the keys), if blocks of a scan point overlap or are
/// missing, or if instruction sets or networks per block differ: each with the names of the files. @throws IoError.
std::string merge_results(const Communicator& comm, const std::vector<std::string>& inputs, const std::string& output,
                          MergeKind kind, const std::string& command);

}  // namespace nnft
