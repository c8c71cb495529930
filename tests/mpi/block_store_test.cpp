#include "nnft/run/block_store.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "support/mpi_main.hpp"

namespace nnft {
namespace {

constexpr std::uint64_t points = 3, blocks = 5, slices = 11;

/// One pair, the sums of its powers, and the largest: the last column is a maximum.
const SumLayout layout(MomentLayout(1, {2}), 0);
constexpr std::size_t columns = 4;

SumNode leaf(std::uint64_t point, std::uint64_t block, std::uint64_t j) {
  const double x = std::sin(1.0 + static_cast<double>(100 * point + 10 * block + j));
  return {0, j, {std::ldexp(x, static_cast<int>(j % 30)), 1.0, x, x * x}};
}

/// The tree that one process alone would have grown.
std::vector<double> expected_total(std::uint64_t point, std::uint64_t block) {
  SumTree tree(layout.rule());
  for (std::uint64_t j = 0; j < slices; ++j) tree.add(leaf(point, block, j));
  return tree.total(columns);
}

/// Every slice is computed by some rank, dealt by a rule that splits blocks between ranks.
void grow(const Communicator& comm, BlockStore& store, std::uint64_t from, std::uint64_t to) {
  for (std::uint64_t p = 0; p < points; ++p)
    for (std::uint64_t b = 0; b < blocks; ++b) {
      SumTree mine(layout.rule());
      for (std::uint64_t j = from; j < to; ++j)
        if ((p + b + j / 2) % static_cast<std::uint64_t>(comm.size()) == static_cast<std::uint64_t>(comm.rank()))
          mine.add(leaf(p, b, j));
      store.deposit(p, b, std::move(mine));
    }
  store.settle();
}

TEST(BlockStore, KeepsTheLargestInTheLastColumn) {
  ASSERT_EQ(layout.size(), static_cast<int>(columns));
  double largest = 0.0, sum = 0.0;
  for (std::uint64_t j = 0; j < slices; ++j) {
    largest = std::max(largest, leaf(1, 2, j).sums[3]);
    sum += leaf(1, 2, j).sums[1];
  }
  EXPECT_EQ(expected_total(1, 2)[3], largest);
  EXPECT_EQ(expected_total(1, 2)[1], sum);
}

TEST(BlockStore, FinishesTheTreesOfOneProcess) {
  const Communicator& comm = test::world();
  BlockStore store(comm, points, blocks, layout);
  grow(comm, store, 0, 4);
  grow(comm, store, 4, slices);
  std::uint64_t owned = 0;
  for (std::uint64_t p = 0; p < points; ++p)
    for (std::uint64_t b = store.owned_blocks(p).begin; b < store.owned_blocks(p).end; ++b) {
      ++owned;
      EXPECT_EQ(store.tree(p, b).slices(), slices);
      EXPECT_EQ(store.tree(p, b).total(columns), expected_total(p, b));
    }
  EXPECT_EQ(comm.sum(owned), points * blocks);
}

TEST(BlockStore, CollectsWholePointsInWaves) {
  const Communicator& comm = test::world();
  BlockStore store(comm, points, blocks, layout);
  grow(comm, store, 0, slices);
  const auto ranks = static_cast<std::uint64_t>(comm.size());
  std::uint64_t seen = 0;
  for (std::uint64_t wave = 0; wave * ranks < points; ++wave) {
    const BlockTable table = store.collect(wave);
    const std::uint64_t point = wave * ranks + static_cast<std::uint64_t>(comm.rank());
    ASSERT_EQ(table.blocks(), point < points ? static_cast<int>(blocks) : 0);
    if (point >= points) continue;
    ++seen;
    for (std::uint64_t b = 0; b < blocks; ++b) {
      EXPECT_EQ(table.counts[b], static_cast<std::int64_t>(slices));
      EXPECT_EQ(table.sums(static_cast<Eigen::Index>(b), 0), expected_total(point, b)[0]);
    }
  }
  EXPECT_EQ(comm.sum(seen), points);
}

TEST(BlockStore, CollectsSubtreesAndIsFilledFromThem) {
  const Communicator& comm = test::world();
  BlockStore store(comm, points, blocks, layout);
  // Eleven slices are subtrees of eight, two and one.
  store.fill([](std::uint64_t point, const Range& range) {
    BlockStore::Subtrees subtrees;
    for (std::uint64_t b = range.begin; b < range.end; ++b)
      for (std::uint64_t j = 0; j < slices; ++j) subtrees.emplace_back(b, leaf(point, b, j));
    return subtrees;
  });
  const auto ranks = static_cast<std::uint64_t>(comm.size());
  for (std::uint64_t wave = 0; wave * ranks < points; ++wave) {
    const std::uint64_t point = wave * ranks + static_cast<std::uint64_t>(comm.rank());
    const std::array<BlockTable, 3> tables = {store.collect_subtree(wave, 0), store.collect_subtree(wave, 1),
                                              store.collect_subtree(wave, 2)};
    for (int b = 0; b < tables[0].blocks(); ++b) {
      const auto block = static_cast<std::size_t>(b);
      EXPECT_EQ(tables[0].counts[block], 8);
      EXPECT_EQ(tables[1].counts[block], 2);
      EXPECT_EQ(tables[2].sums(b, 0), leaf(point, block, 10).sums[0]);
    }
  }
  EXPECT_THROW(store.fill([](std::uint64_t, const Range&) -> BlockStore::Subtrees { throw IoError("no such file"); }), IoError);
}

}  // namespace
}  // namespace nnft
