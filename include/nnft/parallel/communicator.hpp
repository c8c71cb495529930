#pragma once
/// @file A communicator that owns its MPI handle, and the collectives the program uses.

#include <mpi.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace nnft {

/// Move-only owner of a duplicated MPI communicator whose errors are returned and thrown as Error with the call and MPI's text.
class Communicator {
 public:
  /// Duplicates `parent`. Collective over it.
  explicit Communicator(MPI_Comm parent);
  ~Communicator();
  Communicator(Communicator&& other) noexcept;
  Communicator& operator=(Communicator&&) = delete;

  int rank() const noexcept { return rank_; }
  int size() const noexcept { return size_; }
  bool root() const noexcept { return rank_ == 0; }
  MPI_Comm handle() const noexcept { return handle_; }

  void barrier() const;
  /// The root's text on every rank. Collective.
  std::string broadcast(const std::string& text) const;
  /// The root's values on every rank; `values` must have the same size everywhere. Collective.
  void broadcast(std::span<double> values) const;
  void broadcast(std::span<std::uint64_t> values) const;
  /// True if any rank says so. Collective.
  bool any(bool mine) const;
  std::uint64_t sum(std::uint64_t mine) const;
  std::int64_t min(std::int64_t mine) const;
  double max(double mine) const;
  double min(double mine) const;
  /// The values of all ranks in rank order, on every rank. Collective.
  std::vector<double> all_gather(double mine) const;
  /// Sums vectors of which at most one rank's entry is nonzero at each place, so that no rounding depends on the rank count.
  void sum_disjoint(std::span<double> values) const;
  /// The root gets every rank's text in rank order; empty elsewhere. Collective.
  std::vector<std::string> gather(const std::string& mine) const;
  /// outgoing[r] goes to rank r; returns what came from each rank. Messages beyond 2 GiB are split. Collective.
  std::vector<std::vector<std::byte>> exchange(const std::vector<std::vector<std::byte>>& outgoing) const;

 private:
  MPI_Comm handle_;
  int rank_;
  int size_;
};

/// Half-open range [begin, end).
struct Range {
  std::uint64_t begin;
  std::uint64_t end;
  std::uint64_t size() const noexcept { return end - begin; }
  friend bool operator==(const Range&, const Range&) = default;
};

/// The part of [0, count) that belongs to `part` of `parts`: contiguous, in order, sizes differing by at most one.
/// @throws std::invalid_argument unless 0 <= part < parts.
Range partition(std::uint64_t count, int part, int parts);

}  // namespace nnft
