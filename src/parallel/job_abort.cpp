#include "nnft/parallel/job_abort.hpp"

#include <cstdio>
#include <cstdlib>
#include <exception>

namespace nnft {

void abort_job(const Communicator& comm, const std::string& message) noexcept {
  std::fprintf(stderr, "nnft: rank %d of %d: %s\nnft: the job ends here\n", comm.rank(), comm.size(), message.c_str());
  std::fflush(stderr);  // unchecked: there is nowhere else to say it
  // unchecked: if it returns, whatever it says, there is one thing left to do.
  MPI_Abort(comm.handle(), static_cast<int>(ExitCode::failure));
  std::_Exit(static_cast<int>(ExitCode::failure));
}

void end_job_on_lone_failure(const Communicator& comm, const std::function<void()>& work) {
  try {
    work();
  } catch (const UsageError&) {
    throw;
  } catch (const IoError&) {
    throw;
  } catch (const std::exception& error) {
    abort_job(comm, error.what());
  } catch (...) {
    abort_job(comm, "unknown failure");
  }
}

}  // namespace nnft
