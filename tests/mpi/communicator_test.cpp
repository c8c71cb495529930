#include "nnft/parallel/communicator.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <utility>

#include "nnft/core/error.hpp"
#include "nnft/parallel/agreement.hpp"
#include "support/mpi_main.hpp"

namespace nnft {
namespace {

const Communicator& world() { return test::world(); }

std::size_t ranks() { return static_cast<std::size_t>(world().size()); }

TEST(Communicator, MovesItsHandle) {
  Communicator first(world().handle());
  EXPECT_EQ(first.rank(), world().rank());
  EXPECT_EQ(first.size(), world().size());
  const Communicator second = std::move(first);
  second.barrier();
  EXPECT_EQ(second.sum(1), ranks());
}

TEST(Communicator, ThrowsWithTheCallAndItsText) {
  // MPI reports an invalid communicator through the error handler of MPI_COMM_WORLD.
  MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
  try {
    const Communicator none(MPI_COMM_NULL);
    ADD_FAILURE() << "there is no communicator to duplicate";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("MPI_Comm_dup failed: "), std::string::npos) << error.what();
  }
  MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_ARE_FATAL);
}

TEST(Communicator, BroadcastsFromTheRoot) {
  EXPECT_EQ(world().broadcast(world().root() ? std::string("α\0β", 5) : "ignored"), std::string("α\0β", 5));
  EXPECT_EQ(world().broadcast(world().root() ? std::string() : "ignored"), "");

  std::vector<double> reals(3, world().root() ? std::numeric_limits<double>::infinity() : 0.0);
  world().broadcast(std::span(reals));
  EXPECT_EQ(reals, std::vector<double>(3, std::numeric_limits<double>::infinity()));

  std::vector<std::uint64_t> counts(2, world().root() ? std::numeric_limits<std::uint64_t>::max() : 0);
  world().broadcast(std::span(counts));
  EXPECT_EQ(counts, std::vector<std::uint64_t>(2, std::numeric_limits<std::uint64_t>::max()));
}

TEST(Communicator, Reduces) {
  const int last = world().size() - 1;
  EXPECT_FALSE(world().any(false));
  EXPECT_TRUE(world().any(world().rank() == last));
  EXPECT_EQ(world().sum(std::uint64_t{1} << 40), ranks() << 40);
  EXPECT_EQ(world().min(std::int64_t{-world().rank()}), -last);
  EXPECT_EQ(world().min(-0.5 * world().rank()), -0.5 * last);
  EXPECT_EQ(world().max(0.5 * world().rank()), 0.5 * last);
}

TEST(Communicator, GathersInRankOrder) {
  const std::vector<double> values = world().all_gather(world().rank() + 0.5);
  const std::vector<std::string> texts = world().gather(std::string(static_cast<std::size_t>(world().rank()), 'x'));
  ASSERT_EQ(values.size(), ranks());
  ASSERT_EQ(texts.size(), world().root() ? ranks() : 0);
  for (std::size_t r = 0; r < ranks(); ++r) {
    EXPECT_EQ(values[r], static_cast<double>(r) + 0.5);
  }
  for (std::size_t r = 0; r < texts.size(); ++r) EXPECT_EQ(texts[r], std::string(r, 'x'));
}

TEST(Communicator, SumsDisjointVectorsToTheLastBit) {
  std::vector<double> values(17, 0.0);
  const auto expected = [](std::size_t k) { return k == 3 ? -0.0 : std::sin(static_cast<double>(k)) * 1e300; };
  for (std::size_t k = 0; k < values.size(); ++k) {
    if (k % ranks() == static_cast<std::size_t>(world().rank())) values[k] = expected(k);
  }
  world().sum_disjoint(values);
  for (std::size_t k = 0; k < values.size(); ++k) {
    EXPECT_EQ(std::bit_cast<std::uint64_t>(values[k]), std::bit_cast<std::uint64_t>(expected(k) + 0.0)) << "entry " << k;
  }
  std::vector<double> empty;
  world().sum_disjoint(empty);
}

/// What rank `from` sends to rank `to`: lengths differ, some are zero.
std::vector<std::byte> message(std::size_t from, std::size_t to) {
  std::vector<std::byte> bytes((from * 37 + to * 11) % 50);
  for (std::size_t k = 0; k < bytes.size(); ++k) bytes[k] = static_cast<std::byte>((from + 3 * to + 7 * k) & 255U);
  return bytes;
}

TEST(Communicator, ExchangesMessagesInAnyNumberOfPieces) {
  const auto me = static_cast<std::size_t>(world().rank());
  std::vector<std::vector<std::byte>> outgoing;
  std::vector<std::vector<std::byte>> expected;
  for (std::size_t r = 0; r < ranks(); ++r) {
    outgoing.push_back(message(me, r));
    expected.push_back(message(r, me));
  }
  EXPECT_EQ(world().exchange(outgoing), expected);
  for (const std::uint64_t bytes_per_message : {1U, 4U, 10U, 51U, 1000U}) {
    EXPECT_EQ(world().exchange(outgoing, bytes_per_message), expected) << bytes_per_message << " bytes per message";
  }
  const std::vector<std::vector<std::byte>> nothing(ranks());
  EXPECT_EQ(world().exchange(nothing), nothing);
}

TEST(Communicator, ExchangeNeedsOneMessagePerRank) {
  EXPECT_THROW(world().exchange(std::vector<std::vector<std::byte>>(ranks() + 1)), Error);
}

TEST(Agreement, GivesTheFirstFailureToAll) {
  EXPECT_FALSE(agree_on_failure(world(), std::nullopt));
  const int last = world().size() - 1;
  const std::string where = last == 0 ? "" : "rank " + std::to_string(last) + ": ";
  const auto failure = agree_on_failure(world(), world().rank() == last ? std::optional<std::string>("disk") : std::nullopt);
  EXPECT_EQ(failure, where + "disk");
  EXPECT_EQ(agree_on_failure(world(), "r" + std::to_string(world().rank())), "r0");
  EXPECT_EQ(agree_on_failure(world(), world().root() ? std::optional<std::string>("") : std::nullopt), "");
}

TEST(Agreement, ThrowsOnAllRanksIfOneFails) {
  const auto fail_on_last = [] {
    if (world().rank() == world().size() - 1) throw std::runtime_error("full");
  };
  EXPECT_THROW(run_agreed<IoError>(world(), fail_on_last), IoError);
  EXPECT_NO_THROW(run_agreed<IoError>(world(), [] {}));
}

}  // namespace
}  // namespace nnft
