#include "io/stored_dataset.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <limits>
#include <system_error>

#include "io/dimension_scales.hpp"
#include "nnft/core/error.hpp"

namespace nnft {
namespace {

using hdf5::check;
using hdf5::Handle;

/// What deflate can shrink data by at most; our own files are not compressed, but somebody may have repacked them.
constexpr std::uint64_t largest_compression = 1032;

/// HDF5 holds a chunk in memory as a whole; ours have at most 1 MiB.
constexpr std::uint64_t largest_chunk = 64 << 20;

std::string in_brackets(std::span<const std::uint64_t> extents) {
  std::string text;
  for (const std::uint64_t extent : extents) text += (text.empty() ? "" : ", ") + std::to_string(extent);
  return "(" + text + ")";
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
  const auto is = [&](hid_t known) { return H5Tequal(type.get(), known) > 0; };
  const bool real = kind == H5T_FLOAT && (is(H5T_IEEE_F64LE) || is(H5T_IEEE_F64BE));
  const bool integer = kind == H5T_INTEGER && (is(H5T_STD_I64LE) || is(H5T_STD_I64BE));
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
  const bool compressed = check_layout();
  if (stored > file_size || stored < needed / (compressed ? largest_compression : 1)) {
    throw IoError(where_ + ": shape " + in_brackets(shape_) + " needs " + std::to_string(needed) + " bytes, but " +
                  std::to_string(stored) + " are stored in a file of " + std::to_string(file_size) +
                  ": it is incomplete or damaged");
  }
}

bool StoredDataset::check_layout() const {
  const Handle creation(H5Dget_create_plist(dataset_.get()), H5Pclose, where_, "H5Dget_create_plist");
  const H5D_layout_t layout = H5Pget_layout(creation.get());
  if (layout == H5D_VIRTUAL || H5Pget_external_count(creation.get()) != 0)
    throw IoError(where_ + ": expected values in the file itself, got values that are stored elsewhere (virtual or external)");
  if (layout != H5D_CHUNKED) return false;
  std::array<hsize_t, H5S_MAX_RANK> chunk{};
  const int rank = check(H5Pget_chunk(creation.get(), H5S_MAX_RANK, chunk.data()), where_, "H5Pget_chunk");
  double bytes = sizeof(double);
  for (int d = 0; d < rank; ++d) bytes *= static_cast<double>(chunk[static_cast<std::size_t>(d)]);
  if (bytes > static_cast<double>(std::max(elements_ * sizeof(double), largest_chunk)))
    throw IoError(where_ + ": expected chunks of at most " + std::to_string(largest_chunk) + " bytes, got " +
                  in_brackets(std::vector<std::uint64_t>(chunk.begin(), chunk.begin() + rank)) + " elements");
  bool compressed = false;
  const int filters = check(H5Pget_nfilters(creation.get()), where_, "H5Pget_nfilters");
  for (int k = 0; k < filters; ++k) {
    unsigned flags = 0;
    std::size_t values = 0;
    const H5Z_filter_t filter =
        check(H5Pget_filter2(creation.get(), static_cast<unsigned>(k), &flags, &values, nullptr, 0, nullptr, nullptr), where_,
              "H5Pget_filter2");
    if (filter != H5Z_FILTER_DEFLATE && filter != H5Z_FILTER_SHUFFLE && filter != H5Z_FILTER_FLETCHER32)
      throw IoError(where_ + ": expected values filtered by deflate, shuffle and fletcher32 alone, got filter " +
                    std::to_string(filter));
    compressed = compressed || filter == H5Z_FILTER_DEFLATE;
  }
  return compressed;
}

std::vector<std::string> StoredDataset::dimensions(const std::vector<RootDataset>& datasets) const {
  return dimension_scales({dataset_.get(), name_, where_, shape_.size()}, datasets);
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
