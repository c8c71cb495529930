#pragma once
/// @file The correlator whose error a running job shows.

#include <cstdint>
#include <optional>
#include <string>

#include "nnft/core/types.hpp"
#include "nnft/parallel/communicator.hpp"
#include "nnft/run/block_store.hpp"
#include "nnft/run/plan.hpp"
#include "nnft/stats/connected_series.hpp"

namespace nnft {

/// The scan point that is looked at.
struct MonitoredPoint {
  const ScanPoint& point;
  std::uint64_t place;             ///< in the group
  const Vector& reference_kernel;  ///< K₀, shape (pairs)
  std::optional<SharedScale> scale;
};

/// "G4c(0 0 0 0) at width 8: 0.0471(3), 0.6 %": the highest connected correlator at the first site of a point of the group, from
/// the blocks so far. Empty while fewer than two blocks have samples. Collective.
std::string monitored_correlator(const Communicator& comm, const Plan& plan, const MonitoredPoint& monitored,
                                 const BlockStore& store);

}  // namespace nnft
