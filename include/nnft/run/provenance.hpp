#pragma once
/// @file What made a result: everything that /provenance records.

#include <string>

#include "nnft/core/simd_path.hpp"
#include "nnft/parallel/communicator.hpp"
#include "nnft/run/config.hpp"
#include "nnft/run/plan.hpp"
#include "nnft/run/result_layout.hpp"

namespace nnft {

/// The moment in UTC as ISO 8601, to the second.
std::string utc_now();

/// What is known when a run starts: format, program, compiler, libraries, instruction set, random numbers, config and its
/// SHA-256, command line, hosts, ranks, SLURM ids, start. Collective.
TextPairs start_provenance(const Communicator& comm, const Config& config, SimdPath path, const std::string& command);

/// The same of a command that has no config. Collective.
TextPairs start_provenance(const Communicator& comm, SimdPath path, const std::string& command);

/// What is known when it ends: networks per scan point, end, core-hours, peak memory of the largest rank. Collective.
TextPairs end_provenance(const Communicator& comm, const Plan& plan, double core_seconds);

/// "nnft 0.1.0 (revision)".
std::string program_version();

}  // namespace nnft
