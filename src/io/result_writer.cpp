#include <fcntl.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <functional>
#include <numeric>
#include <optional>
#include <system_error>

#include "io/file_descriptor.hpp"
#include "io/hdf5_handle.hpp"
#include "io/mpi_write_watch.hpp"
#include "io/result_layout.hpp"
#include "io/written_values.hpp"
#include "nnft/core/error.hpp"
#include "nnft/io/publish.hpp"
#include "nnft/io/result_file.hpp"
#include "nnft/parallel/agreement.hpp"
#include "nnft/parallel/deadline.hpp"
#include "nnft/parallel/job_abort.hpp"

namespace nnft {
namespace {

using hdf5::check;
using hdf5::Handle;
using Extents = std::span<const std::uint64_t>;

template <class T>
constexpr ElementType element_type = std::is_same_v<T, double> ? ElementType::float64 : ElementType::int64;

std::string in_brackets(Extents extents) {
  std::string text;
  for (const std::uint64_t extent : extents) text += (text.empty() ? "" : ", ") + std::to_string(extent);
  return "(" + text + ")";
}

/// How long a rank that failed in a collective HDF5 call waits for the others, who may be writing or lost. The job ends in either
/// case; what is waited for is one message of all ranks and the removal of the temporary file.
constexpr std::chrono::seconds patience{10};
/// How long opening a file on all ranks may take: a rank that fails in MPI_File_open waits there for the others, who wait for it.
constexpr std::chrono::seconds patience_to_open{60};

/// An open dataset whose values come from all ranks.
struct BulkDataset {
  std::string name;
  ElementType type;
  std::vector<std::uint64_t> shape;
  Handle dataset;

  /// @throws ShapeError unless the hyperslabs fit and hold `size` values of type `given`.
  void check_hyperslabs(ElementType given, std::span<const Hyperslab> parts, std::size_t size) const;
  /// Collective. @throws IoError.
  void write(std::span<const Hyperslab> parts, std::size_t size, const void* values, const std::string& path) const;
};

void BulkDataset::check_hyperslabs(ElementType given, std::span<const Hyperslab> parts, std::size_t size) const {
  if (given != type) throw ShapeError("'" + name + "': the values are not of its element type");
  std::uint64_t elements = 0;
  std::string places;
  for (const auto& [offset, count] : parts) {
    bool inside = offset.size() == shape.size() && count.size() == shape.size();
    std::uint64_t product = 1;
    for (std::size_t d = 0; inside && d < shape.size(); ++d) {
      inside = count[d] <= shape[d] && offset[d] <= shape[d] - count[d];
      product *= count[d];
    }
    if (!inside) {
      throw ShapeError("'" + name + "' has shape " + in_brackets(shape) + "; the part at " + in_brackets(offset) + " of shape " +
                       in_brackets(count) + " is not inside");
    }
    elements += product;
    places += (places.empty() ? "" : ", ") + in_brackets(count);
  }
  if (elements != size) {
    throw ShapeError("'" + name + "': a part of shape " + places + " has " + std::to_string(elements) + " elements, got " +
                     std::to_string(size));
  }
}

Handle collective_transfer(const std::string& where) {
  Handle transfer(H5Pcreate(H5P_DATASET_XFER), H5Pclose, where, "H5Pcreate");
  check(H5Pset_dxpl_mpio(transfer.get(), H5FD_MPIO_COLLECTIVE), where, "H5Pset_dxpl_mpio");
  return transfer;
}

void BulkDataset::write(std::span<const Hyperslab> parts, std::size_t size, const void* values, const std::string& path) const {
  const std::string where = path + ": " + name;
  const Handle transfer = collective_transfer(where);
  const Handle file(H5Dget_space(dataset.get()), H5Sclose, where, "H5Dget_space");
  const hsize_t extent = std::max<std::size_t>(1, size);
  const Handle memory(H5Screate_simple(1, &extent, nullptr), H5Sclose, where, "H5Screate_simple");
  static constexpr double nothing = 0.0;
  check(H5Sselect_none(file.get()), where, "H5Sselect_none");
  if (size == 0) {
    check(H5Sselect_none(memory.get()), where, "H5Sselect_none");
    values = &nothing;
  }
  for (const auto& [offset, count] : parts) {
    if (std::find(count.begin(), count.end(), 0U) != count.end()) continue;
    const std::vector<hsize_t> start(offset.begin(), offset.end());
    const std::vector<hsize_t> extents(count.begin(), count.end());
    check(H5Sselect_hyperslab(file.get(), H5S_SELECT_OR, start.data(), nullptr, extents.data(), nullptr), where,
          "H5Sselect_hyperslab");
  }
  const hid_t memory_type = type == ElementType::float64 ? H5T_NATIVE_DOUBLE : H5T_NATIVE_INT64;
  check(H5Dwrite(dataset.get(), memory_type, memory.get(), file.get(), transfer.get(), values), where, "H5Dwrite");
}

/// @throws IoError if `path` cannot become a result file.
void create_on_root(const std::string& path, const std::string& temporary, const Schema& schema) {
  if (std::filesystem::is_directory(path)) throw IoError(path + ": is a directory");
  create_result_file(temporary, schema);
}

/// Opening with MPI-IO a file that some ranks do not see can hang: look first. @throws IoError.
void check_visible(const std::string& path) {
  const FileDescriptor file(path, O_RDWR, "cannot be opened for writing (is the directory shared by all nodes?)");
}

Handle open_on_all(const std::string& path, MPI_Comm comm) {
  const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose, path, "H5Pcreate");
  check(H5Pset_libver_bounds(access.get(), H5F_LIBVER_V110, H5F_LIBVER_V110), path, "H5Pset_libver_bounds");
  check(H5Pset_fapl_mpio(access.get(), comm, MPI_INFO_NULL), path, "H5Pset_fapl_mpio");
  check(H5Pset_all_coll_metadata_ops(access.get(), true), path, "H5Pset_all_coll_metadata_ops");
  check(H5Pset_coll_metadata_write(access.get(), true), path, "H5Pset_coll_metadata_write");
  return Handle(H5Fopen(path.c_str(), H5F_ACC_RDWR, access.get()), H5Fclose, path, "H5Fopen");
}

}  // namespace

struct ResultWriter::State {
  Communicator comm;
  std::string path;
  std::string temporary;
  bool created = false;                              ///< the temporary file is ours and not yet renamed
  std::pair<std::uint64_t, std::uint64_t> identity;  ///< of the temporary file, on the root
  bool close_failed = false;
  std::string failure;  ///< of the last collective HDF5 call, if it failed
  Handle file;
  std::vector<BulkDataset> bulk;
  WrittenValues written;

  State(const Communicator& parent, const std::string& final_path)
      : comm(parent.handle()), path(final_path), temporary(final_path + ".tmp") {}
  ~State();

  /// Runs `work`, whose IoError and ShapeError all ranks throw alike. Any other failure is this rank's alone, and unwinding would
  /// close the file, for which it would wait for the others for ever: the job ends here.
  void with_file_open(const std::function<void()>& work) const;
  /// Runs `work`, the collective HDF5 function `call`. @throws IoError on all ranks if it fails on one.
  void run_collective(const char* call, const std::function<void()>& work);
  /// Opens the temporary file, which the root has made. Collective.
  void open_together();
  /// Both phases. Collective.
  void open(const Schema& schema);
  const BulkDataset& find_bulk(const std::string& variable) const;
  template <class T>
  void write(const std::string& variable, std::span<const Hyperslab> parts, std::span<const T> values);
  void commit(const std::vector<std::pair<std::string, std::string>>& more_provenance);
};

ResultWriter::State::~State() {
  const hdf5::SilentErrors silent;
  std::error_code ignored;
  if (created && comm.root() && file_identity(temporary) == identity) std::filesystem::remove(temporary, ignored);
  // After a failed call the ranks' views of the file may differ, and then closing it, now or in MPI_Finalize, hangs.
  std::optional<Deadline> deadline;
  if (!failure.empty()) deadline.emplace(comm, failure, patience);
  bulk.clear();
  close_failed = file.close() < 0 || close_failed;
  if (!failure.empty() && comm.any(close_failed))
    abort_job(comm, failure + " (and the file cannot be closed: the job is aborted)");
}

void ResultWriter::State::with_file_open(const std::function<void()>& work) const {
  try {
    work();
  } catch (const IoError&) {
    throw;
  } catch (const ShapeError&) {
    throw;
  } catch (const std::exception& error) {
    abort_job(comm, temporary + ": " + error.what());
  }
}

void ResultWriter::State::run_collective(const char* call, const std::function<void()>& work) {
  const auto watched_work = [&] {
    const MpiWriteWatch watch(comm, temporary, call);
    work();
    watch.require_no_failure();
  };
  try {
    run_agreed<IoError>(comm, watched_work, patience);
  } catch (const IoError& error) {
    failure = error.what();
    throw;
  }
}

void ResultWriter::State::open_together() {
  std::optional<Deadline> deadline;
  if (comm.root()) deadline.emplace(comm, temporary + ": H5Fopen on all ranks", patience_to_open);
  run_collective("H5Fopen", [&] { file = open_on_all(temporary, comm.handle()); });
}

void ResultWriter::State::open(const Schema& schema) {
  run_agreed<ShapeError>(comm, [&] { check_schema(schema); });
  run_agreed<IoError>(comm, [&] {
    if (!comm.root()) return;
    create_on_root(path, temporary, schema);
    identity = file_identity(temporary);
    created = true;
  });
  created = true;
  run_agreed<IoError>(comm, [&] { check_visible(temporary); });
  open_together();
  for (const Variable& variable : schema.variables) {
    if (!std::holds_alternative<std::monostate>(variable.values)) continue;
    const auto open_dataset = [&] {
      Handle dataset(H5Dopen2(file.get(), variable.name.c_str(), H5P_DEFAULT), H5Dclose, temporary + ": " + variable.name,
                     "H5Dopen2");
      bulk.push_back({variable.name, variable.type, shape_of(variable, schema), std::move(dataset)});
    };
    run_collective("H5Dopen2", open_dataset);
  }
}

const BulkDataset& ResultWriter::State::find_bulk(const std::string& variable) const {
  const auto found = std::find_if(bulk.begin(), bulk.end(), [&](const BulkDataset& b) { return b.name == variable; });
  if (found == bulk.end()) {
    throw ShapeError("'" + variable + "' is not a variable of " + path + " that still has to be written");
  }
  return *found;
}

template <class T>
void ResultWriter::State::write(const std::string& variable, std::span<const Hyperslab> parts, std::span<const T> values) {
  const hdf5::SilentErrors silent;
  const BulkDataset* target = nullptr;
  run_agreed<ShapeError>(comm, [&] {
    target = &find_bulk(variable);
    target->check_hyperslabs(element_type<T>, parts, values.size());
  });
  const std::int64_t index = target - bulk.data();
  if (comm.min(index) != -comm.min(-index)) throw ShapeError(path + ": the ranks write different variables at the same time");
  run_collective("H5Dwrite", [&] { target->write(parts, values.size(), values.data(), temporary); });
  for (const auto& [offset, count] : parts) {
    const std::uint64_t size = std::accumulate(count.begin(), count.end(), std::uint64_t{1}, std::multiplies<>());
    written.add(variable, offset, count, values.first(size));
    values = values.subspan(size);
  }
}

void ResultWriter::State::commit(const std::vector<std::pair<std::string, std::string>>& more_provenance) {
  const hdf5::SilentErrors silent;
  if (file.get() < 0) throw IoError(path + ": is already complete");
  run_collective("H5Fflush", [&] { check(H5Fflush(file.get(), H5F_SCOPE_LOCAL), temporary, "H5Fflush"); });
  bulk.clear();
  run_collective("H5Fclose", [&] {
    close_failed = file.close() < 0;
    if (close_failed) hdf5::throw_error(temporary, "H5Fclose");
  });
  run_agreed<IoError>(comm, [&] { written.require_in(temporary); });
  run_agreed<IoError>(comm, [&] {
    if (!comm.root()) return;
    if (file_identity(temporary) != identity) throw IoError(temporary + ": another process writes this output at the same time");
    complete_provenance(temporary, more_provenance);
    publish_file(temporary, path);
  });
  created = false;
}

ResultWriter::ResultWriter(const Communicator& comm, const std::string& path, const Schema& schema)
    : state_(std::make_unique<State>(comm, path)) {
  const hdf5::SilentErrors silent;
  state_->with_file_open([&] { state_->open(schema); });
}

ResultWriter::~ResultWriter() = default;
ResultWriter::ResultWriter(ResultWriter&&) noexcept = default;

void ResultWriter::write(const std::string& variable, Extents offset, Extents count, std::span<const double> values) {
  const Hyperslab part{{offset.begin(), offset.end()}, {count.begin(), count.end()}};
  state_->with_file_open([&] { state_->write(variable, std::span(&part, 1), values); });
}

void ResultWriter::write(const std::string& variable, Extents offset, Extents count, std::span<const std::int64_t> values) {
  const Hyperslab part{{offset.begin(), offset.end()}, {count.begin(), count.end()}};
  state_->with_file_open([&] { state_->write(variable, std::span(&part, 1), values); });
}

void ResultWriter::write(const std::string& variable, std::span<const Hyperslab> parts, std::span<const double> values) {
  state_->with_file_open([&] { state_->write(variable, parts, values); });
}

void ResultWriter::write(const std::string& variable, std::span<const Hyperslab> parts, std::span<const std::int64_t> values) {
  state_->with_file_open([&] { state_->write(variable, parts, values); });
}

void ResultWriter::commit(const std::vector<std::pair<std::string, std::string>>& more_provenance) {
  state_->with_file_open([&] { state_->commit(more_provenance); });
}

}  // namespace nnft
