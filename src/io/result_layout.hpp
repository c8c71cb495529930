#pragma once
/// @file The first phase of writing a result file: everything but the bulk data, serially.

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "nnft/io/schema.hpp"

namespace nnft {

/// Lengths of the dimensions of `variable`. @throws ShapeError if `schema` lacks one of them.
std::vector<std::uint64_t> shape_of(const Variable& variable, const Schema& schema);

/// @throws ShapeError that names the first thing in `schema` that no file can hold: empty or repeated names, unknown dimensions,
/// empty dimensions, values whose number or type is not that of their variable.
void check_schema(const Schema& schema);

/// Shape of the chunks of a dataset of 8-byte elements: as many trailing dimensions as fit into 1 MiB, the leading of them cut
/// into equal pieces; at least 256 KiB unless the dataset is smaller.
std::vector<std::uint64_t> chunk_shape(std::span<const std::uint64_t> shape);

/// The same for a variable, with extent 1 along the dimensions that are written singly.
std::vector<std::uint64_t> chunk_shape(const Variable& variable, const Schema& schema);

/// What a file of `schema` takes on disk at most.
std::uint64_t file_size_bound(const Schema& schema);

/// Creates (or truncates) the file `path` with all groups, attributes, coordinates and datasets of `schema`; space is allocated
/// for all of them, and variables without values are filled with NaN or 0. Not collective.
/// @throws IoError naming file, object and HDF5 call; nothing is left behind then.
void create_result_file(const std::string& path, const Schema& schema);

/// Adds attributes to /provenance of a closed file, and the checksum of all its texts. Not collective. @throws IoError.
void complete_provenance(const std::string& path, const std::vector<std::pair<std::string, std::string>>& entries);

}  // namespace nnft
