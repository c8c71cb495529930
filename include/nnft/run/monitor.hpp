#pragma once
/// @file The correlator whose error a running job shows.

#include <string>

#include "nnft/core/types.hpp"
#include "nnft/parallel/communicator.hpp"
#include "nnft/run/block_store.hpp"
#include "nnft/run/plan.hpp"

namespace nnft {

/// "G4c(0 0 0 0) at width 8: 0.0471(3), 0.6 %": the highest connected correlator at the first site of a point of the group, from
/// the blocks so far. Empty while fewer than two blocks have samples. Collective.
std::string monitored_correlator(const Communicator& comm, const Plan& plan, const ScanPoint& point, std::uint64_t point_in_group,
                                 const Vector& reference_kernel, const BlockStore& store);

}  // namespace nnft
