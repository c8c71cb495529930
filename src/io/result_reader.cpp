#include <algorithm>
#include <filesystem>
#include <optional>
#include <system_error>

#include "io/hdf5_handle.hpp"
#include "io/result_digest.hpp"
#include "io/stored_dataset.hpp"
#include "nnft/core/error.hpp"
#include "nnft/io/result_file.hpp"

namespace nnft {
namespace {

using hdf5::check;
using hdf5::Handle;
using Attributes = std::vector<std::pair<std::string, std::string>>;

/// @throws IoError unless `path` is an HDF5 file that can be read to its end.
Handle open_for_reading(const std::string& path) {
  std::error_code error;
  const bool regular = std::filesystem::is_regular_file(path, error);
  if (error) throw IoError(path + ": cannot be opened: " + error.message());
  if (!regular) throw IoError(path + ": is not a regular file");
  const htri_t is_hdf5 = H5Fis_hdf5(path.c_str());
  if (is_hdf5 == 0) throw IoError(path + ": is not a result file of nnft: it is not an HDF5 file");
  return Handle(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose, path, "H5Fopen");
}

/// Text of a scalar attribute of variable-length strings.
std::string read_text(hid_t object, const std::string& name, const std::string& file) {
  const std::string where = file + ": attribute " + name;
  const Handle attribute(H5Aopen(object, name.c_str(), H5P_DEFAULT), H5Aclose, where, "H5Aopen");
  const Handle type(H5Aget_type(attribute.get()), H5Tclose, where, "H5Aget_type");
  const Handle space(H5Aget_space(attribute.get()), H5Sclose, where, "H5Aget_space");
  if (H5Tis_variable_str(type.get()) <= 0 || H5Sget_simple_extent_npoints(space.get()) != 1) {
    throw IoError(where + ": expected one variable-length string, got something else");
  }
  char* data = nullptr;
  check(H5Aread(attribute.get(), type.get(), &data), where, "H5Aread");
  const std::string text = data == nullptr ? "" : data;
  H5free_memory(data);
  return text;
}

herr_t collect_name(hid_t, const char* name, const H5A_info_t*, void* names) {
  static_cast<std::vector<std::string>*>(names)->emplace_back(name);
  return 0;
}

Attributes read_attributes(hid_t object, const std::string& file) {
  std::vector<std::string> names;
  check(H5Aiterate2(object, H5_INDEX_CRT_ORDER, H5_ITER_INC, nullptr, collect_name, &names), file, "H5Aiterate2");
  Attributes attributes;
  for (const std::string& name : names) attributes.emplace_back(name, read_text(object, name, file));
  return attributes;
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

/// Names of the datasets of the root group in creation order; links to elsewhere are not followed.
std::vector<std::string> dataset_names(hid_t file, const std::string& path) {
  H5G_info_t group{};
  check(H5Gget_info(file, &group), path, "H5Gget_info");
  std::vector<std::string> names;
  for (hsize_t index = 0; index < group.nlinks; ++index) {
    const std::string name = link_name(file, index, path);
    H5L_info_t link{};
    check(H5Lget_info(file, name.c_str(), &link, H5P_DEFAULT), path + ": " + name, "H5Lget_info");
    if (link.type != H5L_TYPE_HARD) continue;
    const Handle object(H5Oopen(file, name.c_str(), H5P_DEFAULT), H5Oclose, path + ": " + name, "H5Oopen");
    if (check(H5Iget_type(object.get()), path + ": " + name, "H5Iget_type") == H5I_DATASET) names.push_back(name);
  }
  return names;
}

/// @throws IoError unless `file` says that it has the format this program reads.
void check_format(hid_t file, const std::string& path) {
  if (check(H5Aexists(file, "nnft_format"), path, "H5Aexists") == 0) {
    throw IoError(path + ": is not a result file of nnft: it has no root attribute nnft_format");
  }
  const std::string version = read_text(file, "nnft_format", path);
  if (version != result_format_version) {
    throw VersionError(path + ": has format version " + version + "; this program reads version " + result_format_version);
  }
}

}  // namespace

struct ResultReader::State {
  std::string path;
  Handle file;
  std::vector<std::string> names;

  explicit State(const std::string& file_path) : path(file_path), file(open_for_reading(path)) {
    check_format(file.get(), path);
    names = dataset_names(file.get(), path);
  }

  bool has(const std::string& variable) const { return std::find(names.begin(), names.end(), variable) != names.end(); }

  StoredDataset open(const std::string& variable) const {
    if (!has(variable)) throw IoError(path + ": has no variable '" + variable + "'");
    return StoredDataset(file.get(), variable, path);
  }

  /// A hyperslab, or everything.
  template <class T>
  std::vector<T> read(const StoredDataset& dataset, std::span<const std::uint64_t> offset,
                      std::span<const std::uint64_t> count) const {
    constexpr bool real = std::is_same_v<T, double>;
    dataset.require(real ? ElementType::float64 : ElementType::int64);
    std::vector<T> values(dataset.size_of(offset, count));
    dataset.read(offset, count, real ? H5T_NATIVE_DOUBLE : H5T_NATIVE_INT64, std::as_writable_bytes(std::span(values)));
    return values;
  }

  template <class T>
  std::vector<T> read(const std::string& variable) const {
    const StoredDataset dataset = open(variable);
    return read<T>(dataset, std::vector<std::uint64_t>(dataset.shape().size(), 0), dataset.shape());
  }

  Handle open_provenance() const {
    return Handle(H5Gopen2(file.get(), "provenance", H5P_DEFAULT), H5Gclose, path + ": /provenance", "H5Gopen2");
  }
};

ResultReader::ResultReader(const std::string& path) {
  const hdf5::SilentErrors silent;
  state_ = std::make_unique<State>(path);
}

ResultReader::~ResultReader() = default;
ResultReader::ResultReader(ResultReader&&) noexcept = default;

const std::string& ResultReader::path() const noexcept { return state_->path; }

bool ResultReader::has(const std::string& variable) const { return state_->has(variable); }

std::vector<std::uint64_t> ResultReader::shape(const std::string& variable) const {
  const hdf5::SilentErrors silent;
  return state_->open(variable).shape();
}

std::vector<std::string> ResultReader::dimensions(const std::string& variable) const {
  const hdf5::SilentErrors silent;
  return state_->open(variable).dimensions();
}

std::vector<double> ResultReader::read_double(const std::string& variable) const {
  const hdf5::SilentErrors silent;
  return state_->read<double>(variable);
}

std::vector<std::int64_t> ResultReader::read_int(const std::string& variable) const {
  const hdf5::SilentErrors silent;
  return state_->read<std::int64_t>(variable);
}

std::vector<double> ResultReader::read_double(const std::string& variable, std::span<const std::uint64_t> offset,
                                              std::span<const std::uint64_t> count) const {
  const hdf5::SilentErrors silent;
  return state_->read<double>(state_->open(variable), offset, count);
}

std::vector<std::int64_t> ResultReader::read_int(const std::string& variable, std::span<const std::uint64_t> offset,
                                                 std::span<const std::uint64_t> count) const {
  const hdf5::SilentErrors silent;
  return state_->read<std::int64_t>(state_->open(variable), offset, count);
}

std::vector<std::pair<std::string, std::string>> ResultReader::attributes() const {
  const hdf5::SilentErrors silent;
  return read_attributes(state_->file.get(), state_->path);
}

std::vector<std::pair<std::string, std::string>> ResultReader::provenance() const {
  const hdf5::SilentErrors silent;
  return read_attributes(state_->open_provenance().get(), state_->path + ": /provenance");
}

std::string ResultReader::attribute(const std::string& name) const {
  const hdf5::SilentErrors silent;
  return read_text(state_->file.get(), name, state_->path);
}

std::string ResultReader::provenance(const std::string& name) const {
  const hdf5::SilentErrors silent;
  return read_text(state_->open_provenance().get(), name, state_->path + ": /provenance");
}

std::vector<std::string> ResultReader::variables() const { return state_->names; }

std::string ResultReader::digest() const {
  const hdf5::SilentErrors silent;
  Sha256 hash;
  for (const std::string& name : state_->names) append_to_digest(hash, name, state_->open(name));
  return hash.hex();
}

}  // namespace nnft
