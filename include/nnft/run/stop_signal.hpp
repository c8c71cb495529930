#pragma once
/// @file What makes a run save and stop: a signal, a file, the clock.

#include <array>
#include <string>

#include "nnft/core/clock.hpp"
#include "nnft/parallel/communicator.hpp"

namespace nnft {

/// From now on SIGUSR1 and SIGTERM do not end the process but wait for a StopSignal to be asked; after its end they do nothing,
/// as what remains to be done is to exit. For the very beginning of a run.
void hold_stop_signals();

/// Whether this process has caught one of them since. Not collective.
bool stop_signal_caught();

/// Until it dies, SIGUSR1 and SIGTERM only ask the run to stop, those held before included. Then they do what they did before.
/// One object at a time.
class StopSignal {
 public:
  using Handler = void (*)(int);  ///< of a signal

  /// @param stop_file a file whose appearance stops the run; @param max_walltime seconds from now, 0 for the end of the SLURM job
  /// if SLURM_JOB_END_TIME is set, otherwise none.
  StopSignal(std::string stop_file, double max_walltime);
  ~StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  /// Why the run must stop, or empty. `seconds_to_save` is what stopping will take: a leg and a checkpoint. The same on every
  /// rank. Collective.
  std::string reason(const Communicator& comm, double seconds_to_save) const;

 private:
  std::array<Handler, 2> before_{};
  std::string stop_file_;
  Clock::time_point start_;
  double limit_;  ///< seconds after start, infinite if there is none
};

}  // namespace nnft
