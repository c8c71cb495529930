#include "io/stored_dataset.hpp"

#include <hdf5_hl.h>

#include <filesystem>
#include <limits>
#include <system_error>

#include "nnft/core/error.hpp"

namespace nnft {
namespace {

using hdf5::check;
using hdf5::Handle;

/// What deflate can shrink data by at most; our own files are not compressed, but somebody may have repacked them.
constexpr std::uint64_t largest_compression = 1032;

std::string in_brackets(std::span<const std::uint64_t> extents) {
  std::string text;
  for (const std::uint64_t extent : extents) text += (text.empty() ? "" : ", ") + std::to_string(extent);
  return "(" + text + ")";
}

herr_t first_scale(hid_t, unsigned, hid_t scale, void* data) {
  char name[1024] = "";
  if (H5Iget_name(scale, name, sizeof(name)) <= 0) return -1;
  *static_cast<std::string*>(data) = name[0] == '/' ? name + 1 : name;
  return 1;
}

}  // namespace

StoredDataset::StoredDataset(hid_t file, const std::string& name, const std::string& path)
    : name_(name), where_(path + ": " + name), dataset_(H5Dopen2(file, name.c_str(), H5P_DEFAULT), H5Dclose, where_, "H5Dopen2") {
  read_type();
  read_shape();
  check_storage(path);
}

void StoredDataset::read_type() {
  const Handle type(H5Dget_type(dataset_.get()), H5Tclose, where_, "H5Dget_type");
  const H5T_class_t kind = H5Tget_class(type.get());
  const std::size_t size = H5Tget_size(type.get());
  const bool real = kind == H5T_FLOAT && size == 8;
  const bool integer = kind == H5T_INTEGER && size == 8 && H5Tget_sign(type.get()) == H5T_SGN_2;
  if (!real && !integer) throw IoError(where_ + ": expected float64 or int64 elements, got another type");
  type_ = real ? ElementType::float64 : ElementType::int64;
}

void StoredDataset::read_shape() {
  const Handle space(H5Dget_space(dataset_.get()), H5Sclose, where_, "H5Dget_space");
  const int rank = check(H5Sget_simple_extent_ndims(space.get()), where_, "H5Sget_simple_extent_ndims");
  std::vector<hsize_t> extents(static_cast<std::size_t>(rank));
  check(H5Sget_simple_extent_dims(space.get(), extents.data(), nullptr), where_, "H5Sget_simple_extent_dims");
  shape_.assign(extents.begin(), extents.end());
  if (shape_.empty()) throw IoError(where_ + ": expected an array, got a single value or nothing");
  for (const std::uint64_t extent : shape_) {
    if (extent != 0 && elements_ > std::numeric_limits<std::int64_t>::max() / sizeof(double) / extent) {
      throw IoError(where_ + ": its shape " + in_brackets(shape_) + " is impossible");
    }
    elements_ *= extent;
  }
}

void StoredDataset::check_storage(const std::string& path) const {
  const std::uint64_t needed = elements_ * sizeof(double);
  const std::uint64_t stored = H5Dget_storage_size(dataset_.get());
  std::error_code failure;
  const std::uint64_t file_size = std::filesystem::file_size(path, failure);
  if (failure) throw IoError(path + ": its size cannot be read (has it been removed?): " + failure.message());
  const Handle creation(H5Dget_create_plist(dataset_.get()), H5Pclose, where_, "H5Dget_create_plist");
  unsigned flags = 0;
  std::size_t no_values = 0;
  const bool compressed =
      H5Pget_filter_by_id2(creation.get(), H5Z_FILTER_DEFLATE, &flags, &no_values, nullptr, 0, nullptr, nullptr) >= 0;
  if (stored > file_size || stored < needed / (compressed ? largest_compression : 1)) {
    throw IoError(where_ + ": shape " + in_brackets(shape_) + " needs " + std::to_string(needed) + " bytes, but " +
                  std::to_string(stored) + " are stored in a file of " + std::to_string(file_size) +
                  ": it is incomplete or damaged");
  }
}

std::vector<std::string> StoredDataset::dimensions() const {
  if (check(H5DSis_scale(dataset_.get()), where_, "H5DSis_scale") > 0) return {name_};
  std::vector<std::string> names;
  for (unsigned d = 0; d < shape_.size(); ++d) {
    std::string name;
    check(H5DSiterate_scales(dataset_.get(), d, nullptr, first_scale, &name), where_, "H5DSiterate_scales");
    if (name.empty()) throw IoError(where_ + ": its dimension " + std::to_string(d) + " has no dimension scale");
    names.push_back(name);
  }
  return names;
}

void StoredDataset::require(ElementType wanted) const {
  if (type_ == wanted) return;
  const auto text = [](ElementType type) { return type == ElementType::float64 ? "float64" : "int64"; };
  throw IoError(where_ + ": expected " + text(wanted) + " elements, got " + text(type_));
}

std::uint64_t StoredDataset::size_of(std::span<const std::uint64_t> offset, std::span<const std::uint64_t> count) const {
  bool inside = offset.size() == shape_.size() && count.size() == shape_.size();
  std::uint64_t size = 1;
  for (std::size_t d = 0; inside && d < shape_.size(); ++d) {
    inside = count[d] <= shape_[d] && offset[d] <= shape_[d] - count[d];
    size *= count[d];
  }
  if (inside) return size;
  throw IoError(where_ + ": the part at " + in_brackets(offset) + " of shape " + in_brackets(count) +
                " is not inside its shape " + in_brackets(shape_));
}

void StoredDataset::read(std::span<const std::uint64_t> offset, std::span<const std::uint64_t> count, hid_t memory_type,
                         std::span<std::byte> values) const {
  const std::uint64_t size = size_of(offset, count);
  if (size * sizeof(double) != values.size()) throw IoError(where_ + ": no room for the values");
  if (size == 0) return;
  const std::vector<hsize_t> start(offset.begin(), offset.end());
  const std::vector<hsize_t> extents(count.begin(), count.end());
  const Handle file(H5Dget_space(dataset_.get()), H5Sclose, where_, "H5Dget_space");
  check(H5Sselect_hyperslab(file.get(), H5S_SELECT_SET, start.data(), nullptr, extents.data(), nullptr), where_,
        "H5Sselect_hyperslab");
  const Handle memory(H5Screate_simple(static_cast<int>(extents.size()), extents.data(), nullptr), H5Sclose, where_,
                      "H5Screate_simple");
  check(H5Dread(dataset_.get(), memory_type, memory.get(), file.get(), H5P_DEFAULT, values.data()), where_, "H5Dread");
}

}  // namespace nnft
