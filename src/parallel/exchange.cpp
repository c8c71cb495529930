/// @file Communicator::exchange: most ranks have something for few others, so only messages that hold something are sent.

#include <algorithm>

#include "nnft/parallel/communicator.hpp"
#include "parallel/mpi_check.hpp"

namespace nnft {
namespace {

using Messages = std::vector<std::vector<std::byte>>;

constexpr std::uint64_t largest_message = std::uint64_t{1} << 30;  // MPI counts are int
constexpr int tag = 1;

/// How many pieces of at most `limit` bytes will come to this rank.
int pieces_to_come(const Messages& outgoing, std::uint64_t limit, const Communicator& comm) {
  std::vector<int> pieces(outgoing.size());
  std::transform(outgoing.begin(), outgoing.end(), pieces.begin(),
                 [limit](const auto& message) { return static_cast<int>((message.size() + limit - 1) / limit); });
  pieces[static_cast<std::size_t>(comm.rank())] = 0;
  int mine = 0;
  check_mpi(MPI_Reduce_scatter_block(pieces.data(), &mine, 1, MPI_INT, MPI_SUM, comm.handle()), "MPI_Reduce_scatter_block");
  return mine;
}

/// Appends the next piece that comes to what came from the same rank before; pieces of one rank do not overtake each other.
void receive_piece(Messages& incoming, MPI_Comm comm) {
  MPI_Status status;
  check_mpi(MPI_Probe(MPI_ANY_SOURCE, tag, comm, &status), "MPI_Probe");
  int size = 0;
  check_mpi(MPI_Get_count(&status, MPI_BYTE, &size), "MPI_Get_count");
  std::vector<std::byte>& message = incoming[static_cast<std::size_t>(status.MPI_SOURCE)];
  const std::size_t before = message.size();
  message.resize(before + static_cast<std::size_t>(size));
  check_mpi(MPI_Recv(message.data() + before, size, MPI_BYTE, status.MPI_SOURCE, tag, comm, MPI_STATUS_IGNORE), "MPI_Recv");
}

}  // namespace

std::vector<std::vector<std::byte>> Communicator::exchange(const std::vector<std::vector<std::byte>>& outgoing) const {
  return exchange(outgoing, largest_message);
}

std::vector<std::vector<std::byte>> Communicator::exchange(const std::vector<std::vector<std::byte>>& outgoing,
                                                           std::uint64_t bytes_per_message) const {
  if (outgoing.size() != static_cast<std::size_t>(size_)) {
    throw Error("exchange: expected one message for each of " + std::to_string(size_) + " ranks, got " +
                std::to_string(outgoing.size()));
  }
  const std::uint64_t limit = std::clamp<std::uint64_t>(bytes_per_message, 1, largest_message);
  // No rank leaves this before all are in it, that is, have received everything of the exchange before.
  const int expected = pieces_to_come(outgoing, limit, *this);

  const auto me = static_cast<std::size_t>(rank_);
  std::vector<MPI_Request> requests;
  for (std::size_t step = 1; step < outgoing.size(); ++step) {
    const std::size_t to = (me + step) % outgoing.size();
    for (std::uint64_t begin = 0; begin < outgoing[to].size(); begin += limit) {
      const auto count = static_cast<int>(std::min<std::uint64_t>(limit, outgoing[to].size() - begin));
      check_mpi(MPI_Isend(outgoing[to].data() + begin, count, MPI_BYTE, static_cast<int>(to), tag, handle_,
                          &requests.emplace_back(MPI_REQUEST_NULL)),
                "MPI_Isend");
    }
  }
  Messages incoming(outgoing.size());
  incoming[me] = outgoing[me];
  for (int piece = 0; piece < expected; ++piece) receive_piece(incoming, handle_);
  check_mpi(MPI_Waitall(static_cast<int>(requests.size()), requests.data(), MPI_STATUSES_IGNORE), "MPI_Waitall");
  return incoming;
}

}  // namespace nnft
