#pragma once
/// @file The end of a job in which one rank has failed alone.

#include <functional>

#include "nnft/core/error.hpp"
#include "nnft/parallel/communicator.hpp"

namespace nnft {

/// Runs `work`. UsageError and IoError, which every rank throws alike, pass through. Any other exception is this rank's alone
/// while others may wait for it in a collective: its message is printed with the rank and the whole job is ended by MPI_Abort
/// with the error's exit code.
void end_job_on_lone_failure(const Communicator& comm, const std::function<void()>& work);

}  // namespace nnft
