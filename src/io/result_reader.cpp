#include <algorithm>
#include <filesystem>
#include <optional>
#include <system_error>

#include "io/crash_report.hpp"
#include "io/hdf5_handle.hpp"
#include "io/reading_driver.hpp"
#include "io/result_digest.hpp"
#include "io/stored_dataset.hpp"
#include "io/text_attributes.hpp"
#include "nnft/core/error.hpp"
#include "nnft/io/result_file.hpp"

namespace nnft {
namespace {

using hdf5::check;
using hdf5::Handle;

/// @throws IoError unless `path` is an HDF5 file that can be read to its end.
Handle open_for_reading(const std::string& path) {
  std::error_code error;
  const bool regular = std::filesystem::is_regular_file(path, error);
  if (error) throw IoError(path + ": cannot be opened: " + error.message());
  if (!regular) throw IoError(path + ": is not a regular file");
  const htri_t is_hdf5 = H5Fis_hdf5(path.c_str());
  if (is_hdf5 == 0) throw IoError(path + ": is not a result file of nnft: it is not an HDF5 file");
  const Handle access = hdf5::reading_access(path);
  return Handle(H5Fopen(path.c_str(), H5F_ACC_RDONLY, access.get()), H5Fclose, path, "H5Fopen");
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

/// What holds while the library reads the file at `path`.
struct Reading {
  explicit Reading(const std::string& path) : report(path) {}
  hdf5::SilentErrors silent;
  hdf5::CrashReport report;
};

}  // namespace

struct ResultReader::State {
  std::string path;
  Handle file;
  std::vector<RootDataset> datasets;
  mutable bool texts_are_checked = false;

  explicit State(const std::string& file_path) : path(file_path), file(open_for_reading(path)) {
    check_format(file.get(), path);
    datasets = root_datasets(file.get(), path);
  }

  /// @throws IoError if the file has a checksum of its texts that does not match them. Once: before the first text is used.
  void check_texts() const {
    if (texts_are_checked) return;
    if (check(H5Lexists(file.get(), "provenance", H5P_DEFAULT), path, "H5Lexists") > 0) {
      const Handle provenance = open_provenance(file.get(), path);
      const std::string where = path + ": /provenance";
      if (check(H5Aexists(provenance.get(), texts_checksum_name), where, "H5Aexists") > 0 &&
          read_text(provenance.get(), texts_checksum_name, where) != text_checksum(file.get(), datasets, path))
        throw IoError(path + ": the checksum of its texts, " + texts_checksum_name +
                      " of /provenance, does not match them: the file is damaged, or was edited (then delete that attribute)");
    }
    texts_are_checked = true;
  }

  bool has(const std::string& variable) const {
    return std::ranges::find(datasets, variable, &RootDataset::name) != datasets.end();
  }

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
};

ResultReader::ResultReader(const std::string& path) {
  const Reading reading(path);
  state_ = std::make_unique<State>(path);
}

ResultReader::~ResultReader() {
  if (!state_) return;
  const std::string path = state_->path;
  const Reading reading(path);
  state_.reset();
}
ResultReader::ResultReader(ResultReader&&) noexcept = default;

const std::string& ResultReader::path() const noexcept { return state_->path; }

bool ResultReader::has(const std::string& variable) const { return state_->has(variable); }

std::vector<std::uint64_t> ResultReader::shape(const std::string& variable) const {
  const Reading reading(state_->path);
  return state_->open(variable).shape();
}

std::vector<std::string> ResultReader::dimensions(const std::string& variable) const {
  const Reading reading(state_->path);
  state_->check_texts();
  const StoredDataset dataset = state_->open(variable);
  const std::vector<std::string> names = dataset.dimensions(state_->datasets);
  for (std::size_t d = 0; d < names.size(); ++d)
    if (names[d].empty())
      throw IoError(state_->path + ": " + variable + ": its dimension " + std::to_string(d) + " has no dimension scale");
  return names;
}

std::vector<double> ResultReader::read_double(const std::string& variable) const {
  const Reading reading(state_->path);
  return state_->read<double>(variable);
}

std::vector<std::int64_t> ResultReader::read_int(const std::string& variable) const {
  const Reading reading(state_->path);
  return state_->read<std::int64_t>(variable);
}

std::vector<double> ResultReader::read_double(const std::string& variable, std::span<const std::uint64_t> offset,
                                              std::span<const std::uint64_t> count) const {
  const Reading reading(state_->path);
  return state_->read<double>(state_->open(variable), offset, count);
}

std::vector<std::int64_t> ResultReader::read_int(const std::string& variable, std::span<const std::uint64_t> offset,
                                                 std::span<const std::uint64_t> count) const {
  const Reading reading(state_->path);
  return state_->read<std::int64_t>(state_->open(variable), offset, count);
}

std::vector<std::pair<std::string, std::string>> ResultReader::attributes() const {
  const Reading reading(state_->path);
  state_->check_texts();
  return read_attributes(state_->file.get(), state_->path);
}

std::vector<std::pair<std::string, std::string>> ResultReader::provenance() const {
  const Reading reading(state_->path);
  state_->check_texts();
  return read_attributes(open_provenance(state_->file.get(), state_->path).get(), state_->path + ": /provenance");
}

std::string ResultReader::attribute(const std::string& name) const {
  const Reading reading(state_->path);
  state_->check_texts();
  return read_text(state_->file.get(), name, state_->path);
}

std::string ResultReader::provenance(const std::string& name) const {
  const Reading reading(state_->path);
  state_->check_texts();
  return read_text(open_provenance(state_->file.get(), state_->path).get(), name, state_->path + ": /provenance");
}

std::vector<std::string> ResultReader::variables() const {
  std::vector<std::string> names;
  for (const RootDataset& dataset : state_->datasets) names.push_back(dataset.name);
  return names;
}

std::string ResultReader::digest() const {
  const Reading reading(state_->path);
  Sha256 hash;
  for (const RootDataset& dataset : state_->datasets) append_to_digest(hash, dataset.name, state_->open(dataset.name));
  return hash.hex();
}

}  // namespace nnft
