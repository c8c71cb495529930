#include "nnft/parallel/deadline.hpp"

#include <condition_variable>
#include <mutex>

#include "nnft/parallel/job_abort.hpp"

namespace nnft {

Deadline::Deadline(const Communicator& comm, const std::string& message, std::chrono::seconds patience)
    : watch_([&comm, message, patience](const std::stop_token& stop) {
        std::mutex mutex;
        std::unique_lock lock(mutex);
        std::condition_variable_any never;
        never.wait_for(lock, stop, patience, [] { return false; });
        if (stop.stop_requested()) return;
        abort_job(comm, message + " (and some ranks did not come out of it within " + std::to_string(patience.count()) +
                            " s: the job is aborted)");
      }) {}

}  // namespace nnft
