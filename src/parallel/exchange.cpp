/// @file Communicator::exchange: MPI_Alltoallv in rounds, because its counts and displacements are int.

#include <algorithm>
#include <cstring>

#include "nnft/parallel/communicator.hpp"
#include "parallel/mpi_check.hpp"

namespace nnft {
namespace {

using Messages = std::vector<std::vector<std::byte>>;

constexpr std::uint64_t largest_round = std::uint64_t{1} << 30;

/// One direction of one round: the bytes [begin, begin + counts[r]) of every rank's message, packed one behind the other.
struct Packet {
  std::vector<int> counts;
  std::vector<int> displacements;
  std::vector<std::byte> bytes;

  Packet(const Messages& messages, std::size_t begin, std::size_t limit)
      : counts(messages.size()), displacements(messages.size()) {
    std::size_t total = 0;
    for (std::size_t r = 0; r < messages.size(); ++r) {
      const std::size_t size = messages[r].size();
      const std::size_t count = size > begin ? std::min(limit, size - begin) : 0;
      counts[r] = static_cast<int>(count);
      displacements[r] = static_cast<int>(total);
      total += count;
    }
    bytes.resize(total);
  }

  void load(const Messages& messages, std::size_t begin) {
    for (std::size_t r = 0; r < messages.size(); ++r) {
      if (counts[r] > 0) std::memcpy(at(r), messages[r].data() + begin, static_cast<std::size_t>(counts[r]));
    }
  }

  void unload(Messages& messages, std::size_t begin) {
    for (std::size_t r = 0; r < messages.size(); ++r) {
      if (counts[r] > 0) std::memcpy(messages[r].data() + begin, at(r), static_cast<std::size_t>(counts[r]));
    }
  }

 private:
  std::byte* at(std::size_t r) { return bytes.data() + displacements[r]; }
};

/// Messages of the sizes that every rank announces to this one.
Messages announced_messages(const Messages& outgoing, MPI_Comm comm) {
  std::vector<std::uint64_t> to(outgoing.size());
  std::vector<std::uint64_t> from(outgoing.size());
  std::transform(outgoing.begin(), outgoing.end(), to.begin(), [](const auto& message) { return message.size(); });
  check_mpi(MPI_Alltoall(to.data(), 1, MPI_UINT64_T, from.data(), 1, MPI_UINT64_T, comm), "MPI_Alltoall");
  Messages incoming(outgoing.size());
  for (std::size_t r = 0; r < from.size(); ++r) incoming[r].resize(from[r]);
  return incoming;
}

}  // namespace

std::vector<std::vector<std::byte>> Communicator::exchange(const std::vector<std::vector<std::byte>>& outgoing) const {
  return exchange(outgoing, largest_round);
}

std::vector<std::vector<std::byte>> Communicator::exchange(const std::vector<std::vector<std::byte>>& outgoing,
                                                           std::uint64_t bytes_per_round) const {
  if (outgoing.size() != static_cast<std::size_t>(size_)) {
    throw Error("exchange: expected one message for each of " + std::to_string(size_) + " ranks, got " +
                std::to_string(outgoing.size()));
  }
  Messages incoming = announced_messages(outgoing, handle_);
  std::uint64_t longest = 0;
  for (const auto& message : outgoing) longest = std::max<std::uint64_t>(longest, message.size());
  const std::uint64_t mine = longest;
  check_mpi(MPI_Allreduce(&mine, &longest, 1, MPI_UINT64_T, MPI_MAX, handle_), "MPI_Allreduce");

  const std::uint64_t limit = std::max<std::uint64_t>(1, std::min(bytes_per_round, largest_round) / outgoing.size());
  for (std::uint64_t begin = 0; begin < longest; begin += limit) {
    Packet out(outgoing, begin, limit);
    Packet in(incoming, begin, limit);
    out.load(outgoing, begin);
    check_mpi(MPI_Alltoallv(out.bytes.data(), out.counts.data(), out.displacements.data(), MPI_BYTE, in.bytes.data(),
                            in.counts.data(), in.displacements.data(), MPI_BYTE, handle_),
              "MPI_Alltoallv");
    in.unload(incoming, begin);
  }
  return incoming;
}

}  // namespace nnft
