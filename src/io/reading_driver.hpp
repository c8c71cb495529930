#pragma once
/// @file How files are opened that are not trusted.

#include <string>

#include "io/hdf5_handle.hpp"

namespace nnft::hdf5 {

/// File access properties for reading: HDF5's default driver, behind which collections of heap objects that are not sound are
/// errors. With HDF5 1.13 and newer, whose interface to drivers is another, just the default. @throws IoError.
Handle reading_access(const std::string& path);

}  // namespace nnft::hdf5
