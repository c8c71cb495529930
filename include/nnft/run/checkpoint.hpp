#pragma once
/// @file What a run saves so that it can be stopped or killed at any moment and go on: files in the directory OUTPUT.part.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "nnft/core/simd_path.hpp"
#include "nnft/io/job_lock.hpp"
#include "nnft/parallel/communicator.hpp"
#include "nnft/run/block_store.hpp"
#include "nnft/run/checkpoint_file.hpp"
#include "nnft/run/config.hpp"
#include "nnft/run/plan.hpp"
#include "nnft/stats/sum_layout.hpp"

namespace nnft {

/// What a checkpoint says of the run's pace.
struct RunClock {
  double seconds_left;  ///< expected
  double core_seconds;  ///< taken so far, sessions before included
};

/// The keys in which two identities (Config::identity) differ, one line each: `field.width: there '8 16', here '8'`.
std::string differing_keys(const std::string& there, const std::string& here);

/// The files of a run on their way to a result. Finished memory rounds are immutable, `points.A-B.h5`; the running one has two
/// generations, `running.0.h5` and `running.1.h5`, written in turn, so that a sound one is there at any moment. A finished OUTPUT
/// whose `networks` is raised serves as a further source. Every file carries fletcher32 checksums, a checksum of its header and
/// the identity of its run. All members are collective.
class Checkpoint {
 public:
  /// Whether to go on with what is saved, or to empty OUTPUT.part and not to look at OUTPUT.
  enum class Start { resume, fresh };

  /// Makes OUTPUT.part, claims it for this job and looks at it and at OUTPUT. @throws UsageError if they belong to another config
  /// (with the keys that differ) or another version of the program, IoError if OUTPUT.part cannot be made, another job holds it,
  /// or a finished round, OUTPUT or both generations of the running round are damaged. One damaged generation is passed over with
  /// a message.
  Checkpoint(const Communicator& comm, const Config& config, const Plan& plan, Start start);

  /// The instruction set that everything saved was made with; nothing if nothing was saved.
  std::optional<SimdPath> simd_path() const noexcept { return simd_; }
  /// For each scan point how many of its slices u are done.
  const std::vector<std::uint64_t>& slices_done() const noexcept { return done_; }
  /// Whether OUTPUT itself holds `slices` slices of every scan point: checkpoints may be ahead of it.
  bool result_holds(std::uint64_t slices) const noexcept;

  /// Deposits the saved subtrees of scan points `points` in a store of just these points. @throws IoError if a file is damaged
  /// or does not hold the slices it claims.
  /// Collective.
  void load(const Range& points, BlockStore& store) const;

  /// Core-seconds that the sessions before took to make what is saved.
  double core_seconds() const noexcept { return core_seconds_; }

  /// Saves the running round; `done` for each of its points. @throws IoError; what was saved before remains.
  void save_running(const Range& points, const std::vector<std::uint64_t>& done, const BlockStore& store, SimdPath path,
                    const RunClock& clock);
  /// Saves a finished round, after which the running one is forgotten. @throws IoError.
  void save_finished(const Range& points, const std::vector<std::uint64_t>& done, const BlockStore& store, SimdPath path,
                     const RunClock& clock);

  /// Empties OUTPUT.part, which goes with this object: the result is complete. @throws IoError.
  void clear();

 private:
  void refuse_directory() const;
  void find_sources();
  std::vector<std::string> list_files() const;
  void require_readable_version(const std::string& path) const;
  void require_same_run(const CheckpointSource& source) const;
  void add_source(CheckpointSource source);
  const CheckpointSource& source_of(std::uint64_t point) const;

  const Communicator& comm_;
  std::string output_;
  std::string directory_;
  JobLock lock_;
  Part part_;
  std::string config_;
  std::string identity_;
  SumLayout layout_;
  std::uint64_t blocks_;
  std::uint64_t slice_;
  std::vector<std::uint64_t> done_;
  std::vector<CheckpointSource> sources_;
  std::optional<SimdPath> simd_;
  std::uint64_t sequence_ = 0;
  double core_seconds_ = 0.0;
  std::optional<std::uint64_t> slices_in_result_;
};

}  // namespace nnft
