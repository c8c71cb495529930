#include "nnft/parallel/communicator.hpp"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <utility>

#include "parallel/mpi_check.hpp"

namespace nnft {
namespace {

/// MPI counts are int: vectors go out in pieces of this many elements.
constexpr std::size_t piece_elements = std::size_t{1} << 27;

/// Calls `work(pointer, count)` for consecutive pieces whose count MPI can take.
template <class T, class Work>
void in_pieces(std::span<T> values, Work work) {
  for (std::size_t begin = 0; begin < values.size(); begin += piece_elements) {
    const std::span<T> piece = values.subspan(begin, std::min(piece_elements, values.size() - begin));
    work(piece.data(), static_cast<int>(piece.size()));
  }
}

std::atomic<long> open_communicators{0};

/// A destructor has nobody to throw to: it says so, and the communicator counts as open.
void free_communicator(MPI_Comm& handle) noexcept {
  const int code = MPI_Comm_free(&handle);
  if (code == MPI_SUCCESS)
    --open_communicators;
  else
    std::fprintf(stderr, "nnft: MPI_Comm_free failed: %s\n", mpi_error_text(code).c_str());
}

template <class T>
void broadcast_pieces(std::span<T> values, MPI_Datatype type, MPI_Comm comm) {
  in_pieces(values, [&](T* data, int count) { check_mpi(MPI_Bcast(data, count, type, 0, comm), "MPI_Bcast"); });
}

template <class T>
T reduce_on_all(T mine, MPI_Datatype type, MPI_Op operation, MPI_Comm comm) {
  T result{};
  check_mpi(MPI_Allreduce(&mine, &result, 1, type, operation, comm), "MPI_Allreduce");
  return result;
}

}  // namespace

Communicator::Communicator(MPI_Comm parent) : handle_(MPI_COMM_NULL), rank_(0), size_(1) {
  check_mpi(MPI_Comm_dup(parent, &handle_), "MPI_Comm_dup");
  ++open_communicators;
  try {
    check_mpi(MPI_Comm_set_errhandler(handle_, MPI_ERRORS_RETURN), "MPI_Comm_set_errhandler");
    check_mpi(MPI_Comm_rank(handle_, &rank_), "MPI_Comm_rank");
    check_mpi(MPI_Comm_size(handle_, &size_), "MPI_Comm_size");
  } catch (...) {
    free_communicator(handle_);
    throw;
  }
}

Communicator::~Communicator() {
  if (handle_ == MPI_COMM_NULL) return;
  int finalized = 0;
  if (MPI_Finalized(&finalized) == MPI_SUCCESS && finalized == 0) free_communicator(handle_);
}

long Communicator::open() noexcept { return open_communicators; }

Communicator::Communicator(Communicator&& other) noexcept
    : handle_(std::exchange(other.handle_, MPI_COMM_NULL)), rank_(other.rank_), size_(other.size_) {}

void Communicator::barrier() const { check_mpi(MPI_Barrier(handle_), "MPI_Barrier"); }

std::string Communicator::broadcast(const std::string& text) const {
  std::uint64_t length = text.size();
  broadcast(std::span(&length, 1));
  std::string result = root() ? text : std::string(length, '\0');
  broadcast_pieces(std::span(result), MPI_CHAR, handle_);
  return result;
}

void Communicator::broadcast(std::span<double> values) const { broadcast_pieces(values, MPI_DOUBLE, handle_); }

void Communicator::broadcast(std::span<std::uint64_t> values) const { broadcast_pieces(values, MPI_UINT64_T, handle_); }

bool Communicator::any(bool mine) const { return reduce_on_all(mine ? 1 : 0, MPI_INT, MPI_MAX, handle_) != 0; }

std::uint64_t Communicator::sum(std::uint64_t mine) const { return reduce_on_all(mine, MPI_UINT64_T, MPI_SUM, handle_); }

std::int64_t Communicator::min(std::int64_t mine) const { return reduce_on_all(mine, MPI_INT64_T, MPI_MIN, handle_); }

double Communicator::max(double mine) const { return reduce_on_all(mine, MPI_DOUBLE, MPI_MAX, handle_); }

double Communicator::min(double mine) const { return reduce_on_all(mine, MPI_DOUBLE, MPI_MIN, handle_); }

std::vector<double> Communicator::all_gather(double mine) const {
  std::vector<double> values(static_cast<std::size_t>(size_));
  check_mpi(MPI_Allgather(&mine, 1, MPI_DOUBLE, values.data(), 1, MPI_DOUBLE, handle_), "MPI_Allgather");
  return values;
}

void Communicator::sum_disjoint(std::span<double> values) const {
  for (double& value : values) value += 0.0;  // -0 + 0 = +0 at any rank count, one included
  in_pieces(values, [&](double* data, int count) {
    check_mpi(MPI_Allreduce(MPI_IN_PLACE, data, count, MPI_DOUBLE, MPI_SUM, handle_), "MPI_Allreduce");
  });
}

std::vector<std::string> Communicator::gather(const std::string& mine) const {
  std::vector<std::vector<std::byte>> outgoing(static_cast<std::size_t>(size_));
  const auto bytes = std::as_bytes(std::span(mine));
  outgoing.front().assign(bytes.begin(), bytes.end());
  const auto incoming = exchange(outgoing);
  if (!root()) return {};
  std::vector<std::string> texts;
  for (const auto& from : incoming) {
    std::string& text = texts.emplace_back();
    for (const std::byte byte : from) text.push_back(static_cast<char>(byte));
  }
  return texts;
}

}  // namespace nnft
