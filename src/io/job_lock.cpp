#include "nnft/io/job_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <thread>

#include "io/file_descriptor.hpp"
#include "nnft/core/clock.hpp"
#include "nnft/core/error.hpp"
#include "nnft/parallel/agreement.hpp"

namespace nnft {
namespace {

namespace fs = std::filesystem;

/// How long a job that is ending may keep the next one waiting.
constexpr std::chrono::seconds patience{20};
constexpr std::chrono::milliseconds pause_between_tries{50};

/// Held exclusively by the root of a job.
std::string job_file(const std::string& directory) { return directory + "/job.lock"; }
/// Shared by all ranks of a job.
std::string ranks_file(const std::string& directory) { return directory + "/ranks.lock"; }

enum class Attempt { got, busy, no_locks_here };

Attempt try_lock(const FileDescriptor& file, int operation, const std::string& path) {
  if (::flock(file.get(), operation | LOCK_NB) == 0) return Attempt::got;
  if (errno == EWOULDBLOCK || errno == EINTR) return Attempt::busy;
  if (errno == ENOLCK || errno == ENOSYS || errno == EOPNOTSUPP) return Attempt::no_locks_here;
  throw_system_error(path + ": cannot be locked", errno);
}

std::string this_process() {
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) != 0) host = {'?'};
  return "host " + std::string(host.data()) + ", process " + std::to_string(::getpid());
}

std::string text_of(const FileDescriptor& file) {
  std::array<char, 512> text{};
  const ssize_t length = ::pread(file.get(), text.data(), text.size() - 1, 0);
  return length > 0 ? std::string(text.data(), static_cast<std::size_t>(length)) : "unknown";
}

void replace_text(const FileDescriptor& file, const std::string& text) {
  file.clear();
  file.write(text);
}

void make_directory(const std::string& directory) {
  std::error_code failure;
  if (!fs::is_directory(directory, failure) && !fs::create_directory(directory, failure) && failure)
    throw IoError(directory + ": cannot be created: " + failure.message());
}

/// MPI's files of a killed job may end in .lock, too.
bool is_lock(const fs::path& path) { return path.filename() == "job.lock" || path.filename() == "ranks.lock"; }

/// What one file's exclusive lock takes: `file` has it, or there are no locks.
std::unique_ptr<FileDescriptor> lock_exclusively(const std::string& directory, const std::string& path, bool& no_locks) {
  const Clock::time_point start = Clock::now();
  bool told = false;
  while (true) {
    make_directory(directory);
    auto file = std::make_unique<FileDescriptor>(path, O_RDWR | O_CREAT, "cannot be opened");
    const Attempt attempt = try_lock(*file, LOCK_EX, path);
    no_locks = attempt == Attempt::no_locks_here;
    // The holder may have removed the file when it was done: then the lock is on a file without a name.
    if (no_locks || (attempt == Attempt::got && file->is_named())) return file;
    if (attempt == Attempt::busy) {
      if (Clock::now() - start > patience)
        throw IoError(directory + ": another job works on this output (" + text_of(*file) + "); wait for it or end it");
      if (!told && Clock::now() - start > std::chrono::seconds(1)) {
        std::fprintf(stderr, "nnft: %s: waiting for another job to end (%s)\n", directory.c_str(), text_of(*file).c_str());
        told = true;
      }
      std::this_thread::sleep_for(pause_between_tries);
    }
  }
}

}  // namespace

struct JobLock::Files {
  std::unique_ptr<FileDescriptor> job;    ///< on the root
  std::unique_ptr<FileDescriptor> ranks;  ///< on every rank
};

JobLock::JobLock(const Communicator& comm, std::string directory)
    : comm_(comm), directory_(std::move(directory)), files_(std::make_unique<Files>()) {
  claim();
}

void JobLock::claim() {
  run_agreed<IoError>(comm_, [&] {
    if (!comm_.root()) return;
    bool no_locks = false;
    files_->job = lock_exclusively(directory_, job_file(directory_), no_locks);
    if (no_locks) {
      std::fprintf(
          stderr,
          "nnft: %s: the file system has no locks (on Lustre: mount option flock): see to it yourself that no two jobs have "
          "this output\n",
          directory_.c_str());
    } else {
      // Ranks that outlive their root hold this one.
      lock_exclusively(directory_, ranks_file(directory_), no_locks);
    }
    replace_text(*files_->job, this_process());
    replace_text(FileDescriptor(ranks_file(directory_), O_RDWR | O_CREAT, "cannot be opened"), "ranks of " + this_process());
  });
  run_agreed<IoError>(comm_, [&] {
    const std::string path = ranks_file(directory_);
    files_->ranks = std::make_unique<FileDescriptor>(path, O_RDWR, "cannot be opened (is the directory shared by all nodes?)");
    if (try_lock(*files_->ranks, LOCK_SH, path) == Attempt::busy) throw IoError(path + ": is locked by another process");
  });
}

JobLock::~JobLock() {
  if (!comm_.root()) return;
  std::error_code ignored;
  bool only_locks = true;
  for (const fs::directory_entry& entry : fs::directory_iterator(directory_, ignored))
    only_locks = only_locks && is_lock(entry.path());
  if (!only_locks) return;
  fs::remove(ranks_file(directory_), ignored);
  fs::remove(job_file(directory_), ignored);
  fs::remove(directory_, ignored);
}

void JobLock::clear_directory() const {
  run_agreed<IoError>(comm_, [&] {
    if (!comm_.root()) return;
    std::error_code failure;
    std::vector<fs::path> files;
    for (const fs::directory_entry& entry : fs::directory_iterator(directory_, failure))
      if (!is_lock(entry.path())) files.push_back(entry.path());
    for (const fs::path& file : files)
      if (!failure) fs::remove_all(file, failure);
    if (failure) throw IoError(directory_ + ": cannot be emptied: " + failure.message());
  });
}

std::optional<std::string> JobLock::holder(const std::string& directory) {
  std::error_code ignored;
  const std::string path = job_file(directory);
  if (!fs::exists(path, ignored)) return std::nullopt;
  const FileDescriptor file(path, O_RDONLY, "cannot be opened");
  if (try_lock(file, LOCK_SH, path) != Attempt::busy) return std::nullopt;
  return text_of(file);
}

}  // namespace nnft
