#pragma once
/// @file What a run would cost.

#include "nnft/core/simd_path.hpp"
#include "nnft/parallel/communicator.hpp"
#include "nnft/run/config.hpp"
#include "nnft/run/plan.hpp"

namespace nnft::app {

/// Prints on the root the resolved config, memory, file size, core-hours predicted from a trial of two seconds on all ranks at
/// once, and what to ask the scheduler for. Collective. @throws UsageError on every rank.
void dry_run(const Communicator& comm, const Config& config, const Plan& plan, SimdPath path);

}  // namespace nnft::app
