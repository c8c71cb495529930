#pragma once
/// @file What this process holds open.

#include <string>

namespace nnft {

/// Numbers of what has been opened and not been closed, or could not be.
struct OpenHandles {
  long communicators;  ///< of MPI
  long hdf5_ids;       ///< files, datasets, groups, attributes, types, dataspaces, property lists
  long descriptors;    ///< of POSIX files

  bool none() const noexcept { return communicators == 0 && hdf5_ids == 0 && descriptors == 0; }
  /// Such as "1 communicator, 0 HDF5 ids, 2 file descriptors".
  std::string text() const;
};

/// At present. Not collective.
OpenHandles open_handles() noexcept;

/// Files, datasets, groups, types and attributes that HDF5 holds open in this process, a file that it failed to close included.
/// Not collective. @throws IoError if HDF5 cannot tell.
long open_hdf5_handles();

/// Keeps HDF5 from printing of its own in this process from now on; errors are thrown all the same. After an object that it
/// failed to read it cannot put everything away at its end, and says so ("infinite loop closing library"). Not collective.
void silence_hdf5() noexcept;

}  // namespace nnft
