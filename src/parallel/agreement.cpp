#include "nnft/parallel/agreement.hpp"

#include <algorithm>
#include <cstdio>
#include <thread>

#include "nnft/core/error.hpp"
#include "parallel/mpi_check.hpp"

namespace nnft {
namespace {

[[noreturn]] void abort_job(const Communicator& comm, const std::string& message, std::chrono::seconds patience) {
  std::fprintf(stderr, "nnft: rank %d: %s (the other ranks did not come to hear of it within %lld s: aborting)\n", comm.rank(),
               message.c_str(), static_cast<long long>(patience.count()));
  std::fflush(stderr);
  MPI_Abort(comm.handle(), static_cast<int>(ExitCode::failure));
  std::terminate();
}

/// Communicator::any for ranks of which one that failed does not wait longer than `patience`.
bool any_within(const Communicator& comm, const std::optional<std::string>& mine, std::chrono::seconds patience) {
  const int failed_here = mine.has_value() ? 1 : 0;
  int failed = 0;
  MPI_Request request = MPI_REQUEST_NULL;
  check_mpi(MPI_Iallreduce(&failed_here, &failed, 1, MPI_INT, MPI_MAX, comm.handle(), &request), "MPI_Iallreduce");
  if (!mine) {
    check_mpi(MPI_Wait(&request, MPI_STATUS_IGNORE), "MPI_Wait");
    return failed != 0;
  }
  const auto deadline = std::chrono::steady_clock::now() + patience;
  for (int done = 0;;) {
    check_mpi(MPI_Test(&request, &done, MPI_STATUS_IGNORE), "MPI_Test");
    if (done != 0) return true;
    if (std::chrono::steady_clock::now() > deadline) abort_job(comm, *mine, patience);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

std::string first_message(const Communicator& comm, const std::optional<std::string>& mine) {
  // A leading character tells a rank that failed from one that did not, whatever its text.
  const std::vector<std::string> texts = comm.gather(mine ? "!" + *mine : "");
  std::string first;
  if (comm.root()) {
    const auto failed = std::find_if(texts.begin(), texts.end(), [](const std::string& text) { return !text.empty(); });
    const std::string where = failed == texts.begin() ? "" : "rank " + std::to_string(failed - texts.begin()) + ": ";
    first = where + failed->substr(1);
  }
  return comm.broadcast(first);
}

}  // namespace

std::optional<std::string> agree_on_failure(const Communicator& comm, const std::optional<std::string>& mine) {
  if (!comm.any(mine.has_value())) return std::nullopt;
  return first_message(comm, mine);
}

std::optional<std::string> agree_on_failure(const Communicator& comm, const std::optional<std::string>& mine,
                                            std::chrono::seconds patience) {
  if (!any_within(comm, mine, patience)) return std::nullopt;
  return first_message(comm, mine);
}

std::optional<std::string> failure_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const std::exception& error) {
    return error.what();
  }
  return std::nullopt;
}

}  // namespace nnft
