#include "nnft/run/stop_signal.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <limits>
#include <system_error>
#include <utility>

#include "nnft/core/error.hpp"

namespace nnft {
namespace {

constexpr std::array<int, 2> signals = {SIGUSR1, SIGTERM};

volatile std::sig_atomic_t caught = 0;

extern "C" void remember_signal(int signal) { caught = signal; }

/// Seconds until the SLURM job ends, as far as SLURM tells; infinite otherwise.
double seconds_to_job_end() {
  const char* end = std::getenv("SLURM_JOB_END_TIME");
  if (end == nullptr) return std::numeric_limits<double>::infinity();
  return std::difftime(static_cast<std::time_t>(std::atoll(end)), std::time(nullptr));
}

/// Has the signal remembered; returns its handler before.
StopSignal::Handler remember(int signal) {
  const StopSignal::Handler before = std::signal(signal, remember_signal);
  if (before == SIG_ERR) throw Error("signal " + std::to_string(signal) + " cannot be caught: " + std::strerror(errno));
  return before;
}

}  // namespace

void hold_stop_signals() {
  for (const int signal : signals) remember(signal);
}

bool stop_signal_caught() { return caught != 0; }

StopSignal::StopSignal(std::string stop_file, double max_walltime)
    : stop_file_(std::move(stop_file)), start_(Clock::now()), limit_(max_walltime > 0.0 ? max_walltime : seconds_to_job_end()) {
  for (std::size_t k = 0; k < signals.size(); ++k) before_[k] = remember(signals[k]);
}

StopSignal::~StopSignal() {
  // unchecked: it fails for signals that do not exist only.
  for (std::size_t k = 0; k < signals.size(); ++k) std::signal(signals[k], before_[k]);
  caught = 0;
}

std::string StopSignal::reason(const Communicator& comm, double seconds_to_save) const {
  // Each rank's finding as a number; the largest is everybody's.
  double finding = caught == SIGTERM ? 2.0 : caught == SIGUSR1 ? 1.0 : 0.0;
  if (comm.root()) {
    std::error_code ignored;
    const double elapsed = seconds_since(start_);
    if (elapsed + seconds_to_save > limit_) finding = 3.0;
    if (std::filesystem::exists(stop_file_, ignored)) finding = 4.0;
  }
  switch (static_cast<int>(comm.max(finding))) {
    case 1:
      return "SIGUSR1";
    case 2:
      return "SIGTERM";
    case 3:
      return "the wall-clock limit is near";
    case 4:
      return "the file " + stop_file_ + " is there";
    default:
      return "";
  }
}

}  // namespace nnft
