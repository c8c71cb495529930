#pragma once
/// @file Versions of the libraries a file is written with.

#include <string>

namespace nnft {

/// First line of MPI_Get_library_version.
std::string mpi_library_version();
/// Release of the HDF5 library in use.
std::string hdf5_library_version();

}  // namespace nnft
