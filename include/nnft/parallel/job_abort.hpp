#pragma once
/// @file The end of a job in which one rank has failed alone.

#include <functional>
#include <string>

#include "nnft/core/error.hpp"
#include "nnft/parallel/communicator.hpp"

namespace nnft {

/// Prints `message` with the rank and ends the whole job with ExitCode::failure. Not collective.
[[noreturn]] void abort_job(const Communicator& comm, const std::string& message) noexcept;

/// Runs `work`. UsageError and IoError, which every rank throws alike, pass through. Any other exception is this rank's alone
/// while others may wait for it in a collective: the job is aborted with its message.
void end_job_on_lone_failure(const Communicator& comm, const std::function<void()>& work);

}  // namespace nnft
