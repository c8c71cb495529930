#pragma once
/// @file A communicator that owns its MPI handle, and the collectives the program uses.

// The C++ bindings that some mpi.h still declare need a library that nobody links.
#ifndef OMPI_SKIP_MPICXX
#define OMPI_SKIP_MPICXX 1
#endif
#ifndef MPICH_SKIP_MPICXX
#define MPICH_SKIP_MPICXX 1
#endif
#include <mpi.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "nnft/parallel/partition.hpp"

namespace nnft {

/// Move-only owner of a duplicated MPI communicator whose errors are returned and thrown as Error with the call and MPI's text.
class Communicator {
 public:
  /// Duplicates `parent`. Collective over it. @throws Error.
  explicit Communicator(MPI_Comm parent);
  ~Communicator();
  Communicator(Communicator&& other) noexcept;
  Communicator& operator=(Communicator&&) = delete;

  int rank() const noexcept { return rank_; }
  int size() const noexcept { return size_; }
  bool root() const noexcept { return rank_ == 0; }
  MPI_Comm handle() const noexcept { return handle_; }
  /// How many this process has made and not freed.
  static long open() noexcept;

  void barrier() const;
  /// The root's text on every rank. Collective.
  std::string broadcast(const std::string& text) const;
  /// The root's values on every rank; `values` must have the same size everywhere. Collective.
  void broadcast(std::span<double> values) const;
  void broadcast(std::span<std::uint64_t> values) const;
  /// True if any rank says so. Collective.
  bool any(bool mine) const;
  /// Sum, minimum or maximum over the ranks, on every rank; a minimum or maximum over NaN is unspecified. Collective.
  std::uint64_t sum(std::uint64_t mine) const;
  std::int64_t min(std::int64_t mine) const;
  double max(double mine) const;
  double min(double mine) const;
  /// The values of all ranks in rank order, on every rank. Collective.
  std::vector<double> all_gather(double mine) const;
  /// Sums vectors of which at most one rank's entry is nonzero at each place, so that no rounding depends on the rank count;
  /// -0 becomes +0 for the same reason. `values` must have the same size everywhere. Collective.
  void sum_disjoint(std::span<double> values) const;
  /// The root gets every rank's text in rank order; empty elsewhere. Collective.
  std::vector<std::string> gather(const std::string& mine) const;
  /// outgoing[r] goes to rank r; returns what came from each rank. Only messages that hold something are
  /// sent, those beyond 1 GiB in pieces. Collective.
  /// @throws Error unless `outgoing` has one entry per rank: on the rank concerned only, so it is a mistake of the caller.
  std::vector<std::vector<std::byte>> exchange(const std::vector<std::vector<std::byte>>& outgoing) const;
  /// The same in pieces of at most `bytes_per_message` (1 to 2^30), the same on every rank.
  std::vector<std::vector<std::byte>> exchange(const std::vector<std::vector<std::byte>>& outgoing,
                                               std::uint64_t bytes_per_message) const;

 private:
  MPI_Comm handle_;
  int rank_;
  int size_;
};

}  // namespace nnft
