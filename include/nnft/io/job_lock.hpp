#pragma once
/// @file One job at a time works on the files of a directory.

#include <memory>
#include <optional>
#include <string>

#include "nnft/parallel/communicator.hpp"

namespace nnft {

/// A claim of all ranks of a job on a directory, which the kernel ends when the last of its processes is gone, however that
/// happens: ranks that outlive their launcher keep the next job waiting. The locks are flock(2) on files in the directory, seen
/// by all nodes on file systems that pass them on (NFS, Lustre mounted with flock); where there are none it is said on stderr.
class JobLock {
 public:
  /// Makes the directory if it is missing and claims it; waits for a job that is ending. Collective.
  /// @throws IoError if it cannot be made, or if another job still holds it after 20 s, with that job's host and process.
  JobLock(const Communicator& comm, std::string directory);
  /// Removes the directory if nothing but the lock is in it.
  ~JobLock();
  JobLock(const JobLock&) = delete;
  JobLock& operator=(const JobLock&) = delete;

  /// Removes every file of the directory but the lock. Collective. @throws IoError.
  void clear_directory() const;

  /// The job that holds a directory now, "host HOST, process P"; nothing if there is none. Not collective.
  static std::optional<std::string> holder(const std::string& directory);

 private:
  struct Files;
  void claim();

  const Communicator& comm_;
  std::string directory_;
  std::unique_ptr<Files> files_;
};

}  // namespace nnft
