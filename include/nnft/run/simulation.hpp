#pragma once
/// @file The main job: samples every scan point, reduces, writes estimates with errors.

#include <string>
#include <vector>

#include "nnft/core/simd_path.hpp"
#include "nnft/parallel/communicator.hpp"
#include "nnft/run/block_store.hpp"
#include "nnft/run/config.hpp"
#include "nnft/run/pilot.hpp"
#include "nnft/run/plan.hpp"
#include "nnft/run/progress.hpp"
#include "nnft/run/result_layout.hpp"
#include "nnft/run/workload.hpp"

namespace nnft {

/// The instruction set of a run: the widest that all ranks have, or the one the config names. Collective.
/// @throws UsageError if a rank lacks the named one.
SimdPath agree_on_simd_path(const Communicator& comm, const std::string& wanted);

/// One run of a config on all ranks of a communicator.
class Simulation {
 public:
  /// Collective. @throws UsageError if the config cannot be run.
  Simulation(const Communicator& comm, Config config, SimdPath path);

  const Plan& plan() const noexcept { return plan_; }

  /// Samples, reduces, writes run.output, and returns on the root a table for each scan point, empty elsewhere. Collective.
  /// @throws IoError on every rank; a failure of one rank alone ends the job.
  std::string run(const std::string& command);

 private:
  void sample_group(const Range& points, BlockStore& store);
  void sample_pieces(const Range& points, const std::vector<Piece>& pieces, BlockStore& store) const;
  void report_progress(const Range& points, std::uint64_t point_in_group, const BlockStore& store);
  std::vector<std::string> finish_group(const Range& points, const BlockStore& store, ResultWriter& writer) const;

  const Communicator& comm_;
  Config config_;
  SimdPath path_;
  Plan plan_;
  Pilot pilot_;
  std::vector<double> rank_speeds_;  ///< slices per pilot slice time, by rank
  double leg_seconds_;
  double cost_done_ = 0.0;
  double networks_done_ = 0.0;
  Progress progress_;
};

}  // namespace nnft
