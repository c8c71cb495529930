#include "io/text_attributes.hpp"

#include "io/dimension_scales.hpp"
#include "nnft/core/error.hpp"
#include "nnft/core/sha256.hpp"

namespace nnft {
namespace {

using hdf5::check;
using hdf5::Handle;

/// Files that say more than that of themselves are none of ours.
constexpr hsize_t most_attributes = 10'000;

herr_t collect_name(hid_t, const char* name, const H5A_info_t*, void* names) {
  auto& list = *static_cast<std::vector<std::string>*>(names);
  list.emplace_back(name);
  return list.size() < most_attributes ? 0 : -1;
}

std::vector<std::string> attribute_names(hid_t object, const std::string& file) {
  std::vector<std::string> names;
  check(H5Aiterate2(object, H5_INDEX_CRT_ORDER, H5_ITER_INC, nullptr, collect_name, &names), file, "H5Aiterate2");
  return names;
}

/// Whether there is such an attribute and it is a text.
bool is_text(hid_t object, const std::string& name, const std::string& where) {
  if (check(H5Aexists(object, name.c_str()), where, "H5Aexists") == 0) return false;
  const Handle attribute(H5Aopen(object, name.c_str(), H5P_DEFAULT), H5Aclose, where, "H5Aopen");
  const Handle type(H5Aget_type(attribute.get()), H5Tclose, where, "H5Aget_type");
  return H5Tis_variable_str(type.get()) > 0;
}

std::string link_name(hid_t file, hsize_t index, const std::string& path) {
  const auto by_order = [&](char* name, std::size_t size) {
    return check(H5Lget_name_by_idx(file, ".", H5_INDEX_CRT_ORDER, H5_ITER_INC, index, name, size, H5P_DEFAULT), path,
                 "H5Lget_name_by_idx");
  };
  std::string name(static_cast<std::size_t>(by_order(nullptr, 0)), '\0');
  by_order(name.data(), name.size() + 1);
  return name;
}

bool is_hard_link(hid_t file, const std::string& name, const std::string& path) {
  H5L_info_t link{};
  check(H5Lget_info(file, name.c_str(), &link, H5P_DEFAULT), path + ": " + name, "H5Lget_info");
  return link.type == H5L_TYPE_HARD;
}

/// Name and text, each with its length before it, so that nothing can be taken for something else.
void add(Sha256& hash, const std::string& name, const std::string& text) {
  const std::string entry = std::to_string(name.size()) + " " + name + " " + std::to_string(text.size()) + " " + text + "\n";
  hash.update(std::as_bytes(std::span(entry)));
}

void add_dataset(Sha256& hash, hid_t file, const RootDataset& entry, const std::vector<RootDataset>& datasets,
                 const std::string& path) {
  const std::string where = path + ": " + entry.name;
  const Handle dataset(H5Dopen2(file, entry.name.c_str(), H5P_DEFAULT), H5Dclose, where, "H5Dopen2");
  const Handle space(H5Dget_space(dataset.get()), H5Sclose, where, "H5Dget_space");
  const int rank = check(H5Sget_simple_extent_ndims(space.get()), where, "H5Sget_simple_extent_ndims");
  for (const std::string& scale : dimension_scales({dataset.get(), entry.name, where, static_cast<std::size_t>(rank)}, datasets))
    add(hash, entry.name, scale);
  for (const char* const name : {"long_name", "coordinates"})
    if (is_text(dataset.get(), name, where)) add(hash, name, read_text(dataset.get(), name, where));
}

}  // namespace

std::string read_text(hid_t object, const std::string& name, const std::string& file) {
  const std::string where = file + ": attribute " + name;
  const Handle attribute(H5Aopen(object, name.c_str(), H5P_DEFAULT), H5Aclose, where, "H5Aopen");
  const Handle type(H5Aget_type(attribute.get()), H5Tclose, where, "H5Aget_type");
  const Handle space(H5Aget_space(attribute.get()), H5Sclose, where, "H5Aget_space");
  if (H5Tis_variable_str(type.get()) <= 0 || H5Sget_simple_extent_npoints(space.get()) != 1)
    throw IoError(where + ": expected one variable-length string, got something else");
  char* data = nullptr;
  check(H5Aread(attribute.get(), type.get(), &data), where, "H5Aread");
  const std::string text = data == nullptr ? "" : data;
  H5free_memory(data);
  return text;
}

Attributes read_attributes(hid_t object, const std::string& file) {
  Attributes attributes;
  for (const std::string& name : attribute_names(object, file)) attributes.emplace_back(name, read_text(object, name, file));
  return attributes;
}

void write_text(hid_t object, const std::string& name, const std::string& text, const std::string& file) {
  const std::string where = file + ": attribute " + name;
  const Handle type(H5Tcopy(H5T_C_S1), H5Tclose, where, "H5Tcopy");
  check(H5Tset_size(type.get(), H5T_VARIABLE), where, "H5Tset_size");
  check(H5Tset_cset(type.get(), H5T_CSET_UTF8), where, "H5Tset_cset");
  const Handle space(H5Screate(H5S_SCALAR), H5Sclose, where, "H5Screate");
  const Handle attribute(H5Acreate2(object, name.c_str(), type.get(), space.get(), H5P_DEFAULT, H5P_DEFAULT), H5Aclose, where,
                         "H5Acreate2");
  const char* data = text.c_str();
  check(H5Awrite(attribute.get(), type.get(), &data), where, "H5Awrite");
}

Handle open_provenance(hid_t file, const std::string& path) {
  const std::string where = path + ": /provenance";
  if (check(H5Lexists(file, "provenance", H5P_DEFAULT), where, "H5Lexists") == 0)
    throw IoError(where + ": expected a group, got nothing");
  if (!is_hard_link(file, "provenance", path)) throw IoError(where + ": expected a group, got a link to elsewhere");
  return Handle(H5Gopen2(file, "provenance", H5P_DEFAULT), H5Gclose, where, "H5Gopen2");
}

std::vector<RootDataset> root_datasets(hid_t file, const std::string& path) {
  H5G_info_t group{};
  check(H5Gget_info(file, &group), path, "H5Gget_info");
  std::vector<RootDataset> datasets;
  for (hsize_t index = 0; index < group.nlinks; ++index) {
    const std::string name = link_name(file, index, path);
    if (!is_hard_link(file, name, path)) continue;
    const Handle object(H5Oopen(file, name.c_str(), H5P_DEFAULT), H5Oclose, path + ": " + name, "H5Oopen");
    if (H5Iget_type(object.get()) != H5I_DATASET) continue;
    H5O_info_t info{};
    check(H5Oget_info2(object.get(), &info, H5O_INFO_BASIC), path + ": " + name, "H5Oget_info2");
    datasets.push_back({info.addr, name});
  }
  return datasets;
}

std::string text_checksum(hid_t file, const std::vector<RootDataset>& datasets, const std::string& path) {
  Sha256 hash;
  for (const auto& [name, text] : read_attributes(file, path)) add(hash, name, text);
  const Handle provenance = open_provenance(file, path);
  for (const auto& [name, text] : read_attributes(provenance.get(), path + ": /provenance"))
    if (name != texts_checksum_name) add(hash, name, text);
  for (const RootDataset& dataset : datasets) add_dataset(hash, file, dataset, datasets, path);
  return hash.hex();
}

}  // namespace nnft
