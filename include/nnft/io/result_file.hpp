#pragma once
/// @file Result files: written collectively in two phases, read serially.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "nnft/io/schema.hpp"

namespace nnft {

class Communicator;

/// Value of the root attribute `nnft_format`: the version of FORMAT.md that this program writes and reads.
inline constexpr const char* result_format_version = "2";

/// Part of a dataset: where it starts and its extent along each dimension.
struct Hyperslab {
  std::vector<std::uint64_t> offset;
  std::vector<std::uint64_t> count;
};

/// Writes one result file. It comes into being under a temporary name and gets its own name in `commit()`, so OUTPUT never
/// exists half written. If the writer is destroyed before, the temporary file (PATH.tmp) is removed; destruction is collective.
class ResultWriter {
 public:
  /// Rank 0 serially creates groups, attributes, coordinates and empty datasets; then all ranks open the file with MPI-IO.
  /// Duplicates `comm`. The root attribute `nnft_format` is added if the schema lacks it. Collective.
  /// @throws ShapeError (an inconsistent schema) or IoError (naming the file and the HDF5 call that failed) on every rank.
  ResultWriter(const Communicator& comm, const std::string& path, const Schema& schema);
  ~ResultWriter();
  ResultWriter(ResultWriter&&) noexcept;
  ResultWriter& operator=(ResultWriter&&) = delete;

  /// Writes the hyperslab that starts at `offset` and has shape `count` (one entry per dimension of the variable; a rank with
  /// nothing to write passes zeros). Only variables without values in the schema; what is never written stays NaN or 0.
  /// Meanwhile HDF5 holds every chunk that the rank touches in memory once more, so write large variables in parts.
  /// Collective. @throws ShapeError (nothing has been written then) or IoError, on every rank. After an IoError the writer can
  /// only be destroyed; where ranks disagree about the file so much that closing it would hang, that ends the job with exit
  /// code 3 (see Deadline).
  void write(const std::string& variable, std::span<const std::uint64_t> offset, std::span<const std::uint64_t> count,
             std::span<const double> values);
  void write(const std::string& variable, std::span<const std::uint64_t> offset, std::span<const std::uint64_t> count,
             std::span<const std::int64_t> values);
  /// The same for several hyperslabs at once, none at all included. They follow each other in the file and so do their values.
  void write(const std::string& variable, std::span<const Hyperslab> parts, std::span<const double> values);
  void write(const std::string& variable, std::span<const Hyperslab> parts, std::span<const std::int64_t> values);

  /// Close, add what is known of the provenance only now, fsync, rename. Collective; nothing can be written afterwards.
  /// @throws IoError on every rank.
  void commit(const std::vector<std::pair<std::string, std::string>>& more_provenance = {});

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Reads a result file serially. Not collective. Everything throws IoError that names the file and what is wrong with it.
class ResultReader {
 public:
  /// Refuses what is not HDF5, is truncated, or has no `nnft_format` or another one than `result_format_version`.
  explicit ResultReader(const std::string& path);
  ~ResultReader();
  ResultReader(ResultReader&&) noexcept;

  /// As it was given.
  const std::string& path() const noexcept;
  bool has(const std::string& variable) const;
  std::vector<std::uint64_t> shape(const std::string& variable) const;
  std::vector<std::string> dimensions(const std::string& variable) const;
  /// The whole variable in row-major order; float64 and int64 variables only as what they are, without conversion.
  std::vector<double> read_double(const std::string& variable) const;
  std::vector<std::int64_t> read_int(const std::string& variable) const;
  /// The hyperslab at `offset` of shape `count`.
  std::vector<double> read_double(const std::string& variable, std::span<const std::uint64_t> offset,
                                  std::span<const std::uint64_t> count) const;
  std::vector<std::int64_t> read_int(const std::string& variable, std::span<const std::uint64_t> offset,
                                     std::span<const std::uint64_t> count) const;
  /// Attributes of the root group and of /provenance, in creation order.
  std::vector<std::pair<std::string, std::string>> attributes() const;
  std::vector<std::pair<std::string, std::string>> provenance() const;
  std::string attribute(const std::string& name) const;
  std::string provenance(const std::string& name) const;
  /// Names of all variables (coordinates included), in creation order.
  std::vector<std::string> variables() const;
  /// SHA-256, as 64 lower-case hex digits, over all numeric datasets of the root group in the order of FORMAT.md; provenance
  /// excluded.
  std::string digest() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace nnft
