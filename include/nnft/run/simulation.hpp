#pragma once
/// @file The main job: samples every scan point, reduces, writes estimates with errors.

#include <optional>
#include <string>
#include <vector>

#include "nnft/core/clock.hpp"
#include "nnft/core/simd_path.hpp"
#include "nnft/parallel/communicator.hpp"
#include "nnft/run/block_store.hpp"
#include "nnft/run/chain_runner.hpp"
#include "nnft/run/checkpoint.hpp"
#include "nnft/run/config.hpp"
#include "nnft/run/family.hpp"
#include "nnft/run/pilot.hpp"
#include "nnft/run/plan.hpp"
#include "nnft/run/progress.hpp"
#include "nnft/run/result_layout.hpp"
#include "nnft/run/stop_signal.hpp"
#include "nnft/run/workload.hpp"

namespace nnft {

/// How long a leg, between whose ends a run cannot stop, is meant to be at most; longer if a single slice is.
inline constexpr double longest_leg_seconds = 1.5;

/// The instruction set of a run: the widest that all ranks have, or the one the config names. Collective.
/// @throws UsageError if a rank lacks the named one.
SimdPath agree_on_simd_path(const Communicator& comm, const std::string& wanted);

/// How a run ended.
struct RunOutcome {
  std::string stopped_by;  ///< empty if the run is complete; the same on every rank
  std::string tables;      ///< of all scan points, on the root
};

/// One run of a config on all ranks of a communicator.
class Simulation {
 public:
  /// Collective. @throws UsageError if the config cannot be run.
  Simulation(const Communicator& comm, Config config, SimdPath path, const Part& part);

  const Plan& plan() const noexcept { return plan_; }

  /// Goes on where `saved` ends: samples, reduces, saves, writes run.output and removes what was saved on the way. Collective.
  /// @throws IoError on every rank; a failure of one rank alone ends the job.
  RunOutcome run(const std::string& command, Checkpoint& saved, const StopSignal& stop);

 private:
  std::string sample_group(const Range& points, BlockStore& store, Checkpoint& saved, const StopSignal& stop);
  /// The scan points of a memory round: those of one width that are equally far are sampled together.
  struct Group {
    Range points;
    std::vector<Range> families;
    std::vector<double> costs;  ///< of a slice of each family, seconds of the pilot
  };
  Group group_of(const Range& points, const std::vector<std::uint64_t>& done) const;
  void sample_leg(const Group& group, const SliceLine& line, const Range& leg, BlockStore& store);
  std::string finish(TextPairs start, const Checkpoint& saved, std::optional<BlockStore>& store);
  void sample_pieces(const Group& group, const std::vector<Piece>& pieces, BlockStore& store);
  double sample_dealt(const Group& group, const SliceLine& line, const Range& leg, BlockStore& store);
  double sample_chains(const Group& group, const SliceLine& line, const Range& leg, BlockStore& store);
  double seconds_to_stop(bool everything_sampled) const;
  bool checkpoint_due() const;
  RunClock clock(const Checkpoint& saved) const;
  void report_progress(const Range& points, std::uint64_t point, const BlockStore& store);

  const Communicator& comm_;
  Config config_;
  SimdPath path_;
  Plan plan_;
  Pilot pilot_;
  std::vector<double> rank_speeds_;  ///< slices per pilot slice time, by rank
  double leg_seconds_;
  double longest_leg_ = 0.0;    ///< measured, fading
  double save_seconds_;         ///< what a checkpoint takes: guessed at first, then measured
  Clock::time_point begin_;     ///< of this object
  Clock::time_point saved_at_;  ///< when what the last checkpoint holds was complete
  double cost_done_ = 0.0;
  double networks_done_ = 0.0;
  std::optional<Progress> progress_;
  std::optional<FamilySampler> sampler_;  ///< of the last leg: its tables of deformed weights are dear
  Range sampled_family_{};
  std::optional<ChainRunner> chains_;  ///< with a field-operator
};

}  // namespace nnft
