#pragma once
/// @file Edits of a valid file that a fuzzer's bytes choose.

#include <string>

#include "fuzz/fuzz_bytes.hpp"

namespace nnft::fuzz {

/// Edits with the HDF5 library: objects deleted, renamed, linked elsewhere, of other types, shapes and storage; values that are
/// no numbers or huge; attributes that are missing, of another type or say something else. The checksum of the texts is removed,
/// as if the edits were meant.
void edit_structure(const std::string& path, FuzzBytes& bytes);

/// Flips, overwrites, moves and cuts off bytes of the file.
void edit_bytes(const std::string& path, FuzzBytes& bytes);

}  // namespace nnft::fuzz
