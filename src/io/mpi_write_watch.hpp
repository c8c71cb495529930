#pragma once
/// @file MPI-IO calls that fail inside HDF5.

#include <string>

#include "nnft/parallel/communicator.hpp"

namespace nnft {

/// While it lives, notes every call of MPI-IO on this rank that fails or writes less than it was given, among them those that
/// HDF5 makes, which are seen by the profiling interface of MPI.
///
/// HDF5 1.10 does not return from such a failure at once: ranks that flush metadata together then wait for each other in
/// different barriers for ever, and nobody gets to tell. Hence a failed call starts a Deadline, which ends the job with the name
/// of the file unless the watch is over in time. Other calls of MPI that HDF5 makes and goes on after do the same if they are on
/// a communicator given to watch_errors, or on its copies. One watch at a time.
class MpiWriteWatch {
 public:
  /// @param call the collective HDF5 function that is watched.
  MpiWriteWatch(const Communicator& comm, const std::string& path, const char* call);
  ~MpiWriteWatch();
  MpiWriteWatch(const MpiWriteWatch&) = delete;
  MpiWriteWatch& operator=(const MpiWriteWatch&) = delete;

  /// @throws IoError if a call said that it failed, even if HDF5 went on.
  void require_no_failure() const;
};

}  // namespace nnft
