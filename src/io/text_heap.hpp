#pragma once
/// @file The heap that HDF5 keeps variable-length texts in, checked before HDF5 reads it.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace nnft::hdf5 {

/// The size in bytes that a collection of global heap objects says it has, if this is how one begins (HDF5 file format, "Global
/// Heap").
std::optional<std::uint64_t> heap_collection_size(std::span<const std::byte> bytes);

/// Whether objects follow each other in a collection without gaps to its end, each number once. HDF5 1.10 trusts that: otherwise
/// it reads and writes where it should not, or for ever.
bool is_sound_heap_collection(std::span<const std::byte> collection);

}  // namespace nnft::hdf5
