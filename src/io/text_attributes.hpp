#pragma once
/// @file Texts of a file: attributes that are single variable-length strings, and a checksum over all of them. HDF5 keeps them in
/// a heap that it has no checksums for.

#include <string>
#include <utility>
#include <vector>

#include "io/hdf5_handle.hpp"

namespace nnft {

using Attributes = std::vector<std::pair<std::string, std::string>>;

/// The attribute of /provenance that holds text_checksum().
inline constexpr const char* texts_checksum_name = "texts_sha256";

/// @throws IoError unless the attribute is one variable-length string. `file` is what messages call the object.
std::string read_text(hid_t object, const std::string& name, const std::string& file);

/// All attributes of an object, in creation order. @throws IoError as read_text does.
Attributes read_attributes(hid_t object, const std::string& file);

/// @param text may hold anything but zero bytes.
void write_text(hid_t object, const std::string& name, const std::string& text, const std::string& file);

/// /provenance, which must be a group of the file itself and no link to elsewhere.
hdf5::Handle open_provenance(hid_t file, const std::string& path);

/// A dataset of the root group: where its header stands, and its name.
struct RootDataset {
  haddr_t address;
  std::string name;
};

/// The datasets of the root group in creation order; links to elsewhere are not followed.
std::vector<RootDataset> root_datasets(hid_t file, const std::string& path);

/// SHA-256 over the attributes of the root group, of /provenance but for the checksum itself, and for every dataset of the root
/// group its name, the names of its dimension scales and its long_name and coordinates, as FORMAT.md defines it.
std::string text_checksum(hid_t file, const std::vector<RootDataset>& datasets, const std::string& path);

}  // namespace nnft
