#pragma once
/// @file What HDF5 has open.

namespace nnft {

/// Files, datasets, groups, types and attributes that HDF5 holds open in this process, a file that it failed to close included.
/// Not collective.
long open_hdf5_handles();

}  // namespace nnft
