#pragma once
/// @file The part of one dataset in the digest of a result file (FORMAT.md, "Digest").

#include <string>

#include "io/stored_dataset.hpp"
#include "nnft/core/sha256.hpp"

namespace nnft {

/// Appends name, shape and elements of `dataset` to `hash`, with no more than 16 MiB of the dataset in memory at a time.
void append_to_digest(Sha256& hash, const std::string& name, const StoredDataset& dataset);

}  // namespace nnft
