#include "io/result_layout.hpp"

#include <hdf5_hl.h>

#include <filesystem>
#include <map>
#include <system_error>

#include "io/disk_room.hpp"
#include "io/hdf5_handle.hpp"
#include "io/text_attributes.hpp"
#include "nnft/core/types.hpp"
#include "nnft/io/result_file.hpp"

namespace nnft {
namespace {

using hdf5::check;
using hdf5::Handle;

constexpr unsigned ordered = H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED;

Handle create_file(const std::string& path) {
  const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose, path, "H5Pcreate");
  // The format of HDF5 1.10: its metadata have checksums, and every later library reads it.
  check(H5Pset_libver_bounds(access.get(), H5F_LIBVER_V110, H5F_LIBVER_V110), path, "H5Pset_libver_bounds");
  const Handle creation(H5Pcreate(H5P_FILE_CREATE), H5Pclose, path, "H5Pcreate");
  check(H5Pset_link_creation_order(creation.get(), ordered), path, "H5Pset_link_creation_order");
  check(H5Pset_attr_creation_order(creation.get(), ordered), path, "H5Pset_attr_creation_order");
  return Handle(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, creation.get(), access.get()), H5Fclose, path, "H5Fcreate");
}

void create_provenance(hid_t file, const Schema& schema, const std::string& path) {
  const std::string where = path + ": /provenance";
  const Handle creation(H5Pcreate(H5P_GROUP_CREATE), H5Pclose, where, "H5Pcreate");
  check(H5Pset_link_creation_order(creation.get(), ordered), where, "H5Pset_link_creation_order");
  check(H5Pset_attr_creation_order(creation.get(), ordered), where, "H5Pset_attr_creation_order");
  const Handle group(H5Gcreate2(file, "provenance", H5P_DEFAULT, creation.get(), H5P_DEFAULT), H5Gclose, where, "H5Gcreate2");
  for (const auto& [name, text] : schema.provenance) write_text(group.get(), name, text, where);
}

/// Chunked with checksums, however small: contiguous datasets cannot have them, and a flipped bit would pass unseen.
Handle dataset_properties(std::span<const std::uint64_t> chunk, ElementType type, const std::string& where) {
  Handle creation(H5Pcreate(H5P_DATASET_CREATE), H5Pclose, where, "H5Pcreate");
  const std::vector<hsize_t> extents(chunk.begin(), chunk.end());
  check(H5Pset_chunk(creation.get(), static_cast<int>(extents.size()), extents.data()), where, "H5Pset_chunk");
  check(H5Pset_fletcher32(creation.get()), where, "H5Pset_fletcher32");
  check(H5Pset_attr_creation_order(creation.get(), ordered), where, "H5Pset_attr_creation_order");
  check(H5Pset_obj_track_times(creation.get(), false), where, "H5Pset_obj_track_times");
  // Now, while one rank writes: ranks that allocate together can hang if one of them fails.
  check(H5Pset_alloc_time(creation.get(), H5D_ALLOC_TIME_EARLY), where, "H5Pset_alloc_time");
  if (type == ElementType::float64) {
    const double fill = not_a_number;
    check(H5Pset_fill_value(creation.get(), H5T_NATIVE_DOUBLE, &fill), where, "H5Pset_fill_value");
  }
  return creation;
}

Handle create_dataset(hid_t file, const std::string& name, std::span<const std::uint64_t> shape,
                      std::span<const std::uint64_t> chunk, ElementType type, const std::string& where) {
  const std::vector<hsize_t> extents(shape.begin(), shape.end());
  const Handle creation = dataset_properties(chunk, type, where);
  const Handle space(H5Screate_simple(static_cast<int>(extents.size()), extents.data(), nullptr), H5Sclose, where,
                     "H5Screate_simple");
  return Handle(H5Dcreate2(file, name.c_str(), type == ElementType::float64 ? H5T_IEEE_F64LE : H5T_STD_I64LE, space.get(),
                           H5P_DEFAULT, creation.get(), H5P_DEFAULT),
                H5Dclose, where, "H5Dcreate2");
}

void write_all(const Handle& dataset, const std::vector<double>& values, const std::string& where) {
  check(H5Dwrite(dataset.get(), H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()), where, "H5Dwrite");
}

void write_all(const Handle& dataset, const std::vector<std::int64_t>& values, const std::string& where) {
  check(H5Dwrite(dataset.get(), H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()), where, "H5Dwrite");
}

void write_all(const Handle&, std::monostate, const std::string&) {}

Handle create_dimension(hid_t file, const Dimension& dimension, const std::string& path) {
  const std::string where = path + ": " + dimension.name;
  const bool real = std::holds_alternative<std::vector<double>>(dimension.values);
  const std::uint64_t size = dimension.size();
  Handle dataset = create_dataset(file, dimension.name, std::span(&size, 1), chunk_shape(std::span(&size, 1)),
                                  real ? ElementType::float64 : ElementType::int64, where);
  std::visit([&](const auto& values) { write_all(dataset, values, where); }, dimension.values);
  check(H5DSset_scale(dataset.get(), dimension.name.c_str()), where, "H5DSset_scale");
  if (!dimension.long_name.empty()) write_text(dataset.get(), "long_name", dimension.long_name, where);
  return dataset;
}

void create_variable(hid_t file, const Variable& variable, const Schema& schema, const std::map<std::string, Handle>& scales,
                     const std::string& path) {
  const std::string where = path + ": " + variable.name;
  const Handle dataset =
      create_dataset(file, variable.name, shape_of(variable, schema), chunk_shape(variable, schema), variable.type, where);
  for (unsigned d = 0; d < variable.dimensions.size(); ++d) {
    check(H5DSattach_scale(dataset.get(), scales.at(variable.dimensions[d]).get(), d), where, "H5DSattach_scale");
  }
  if (!variable.long_name.empty()) write_text(dataset.get(), "long_name", variable.long_name, where);
  if (!variable.coordinates.empty()) write_text(dataset.get(), "coordinates", variable.coordinates, where);
  std::visit([&](const auto& values) { write_all(dataset, values, where); }, variable.values);
}

void write_root_attributes(hid_t file, const Schema& schema, const std::string& path) {
  bool versioned = false;
  for (const auto& [name, text] : schema.attributes) versioned = versioned || name == "nnft_format";
  if (!versioned) write_text(file, "nnft_format", result_format_version, path);
  for (const auto& [name, text] : schema.attributes) write_text(file, name, text, path);
}

void create_content(Handle& file, const Schema& schema, const std::string& path) {
  write_root_attributes(file.get(), schema, path);
  std::map<std::string, Handle> scales;
  for (const Dimension& dimension : schema.dimensions) {
    scales.emplace(dimension.name, create_dimension(file.get(), dimension, path));
  }
  for (const Variable& variable : schema.variables) create_variable(file.get(), variable, schema, scales, path);
  create_provenance(file.get(), schema, path);
  scales.clear();
  check(file.close(), path, "H5Fclose");
}

}  // namespace

void create_result_file(const std::string& path, const Schema& schema) {
  const hdf5::SilentErrors silent;
  check_room(path, file_size_bound(schema));
  Handle file = create_file(path);
  try {
    create_content(file, schema, path);
  } catch (...) {
    file.close();
    std::error_code ignored;
    std::filesystem::remove(path, ignored);
    throw;
  }
}

void complete_provenance(const std::string& path, const std::vector<std::pair<std::string, std::string>>& entries) {
  Handle file(H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT), H5Fclose, path, "H5Fopen");
  {
    const std::string where = path + ": /provenance";
    const Handle group = open_provenance(file.get(), path);
    for (const auto& [name, text] : entries) write_text(group.get(), name, text, where);
    write_text(group.get(), texts_checksum_name, text_checksum(file.get(), root_datasets(file.get(), path), path), where);
  }
  check(file.close(), path, "H5Fclose");
}

}  // namespace nnft
