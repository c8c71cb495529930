#pragma once
/// @file The sums of all blocks of a group of scan points, spread over the ranks that own them.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "nnft/parallel/communicator.hpp"
#include "nnft/parallel/partition.hpp"
#include "nnft/stats/block_table.hpp"
#include "nnft/stats/sum_layout.hpp"
#include "nnft/stats/sum_tree.hpp"

namespace nnft {

/// Every rank owns a contiguous range of the entries, block by block and point by point within a block, and finishes their trees.
/// So it owns nearly the blocks of each point that it is dealt (see `deal`). Subtrees computed elsewhere are handed over with
/// `deposit` and travel in `settle`.
class BlockStore {
 public:
  /// @param points scan points in the group; @param layout of the rows of sums.
  BlockStore(const Communicator& comm, std::uint64_t points, std::uint64_t blocks, const SumLayout& layout);

  /// Numbers in a row of sums.
  int columns() const noexcept { return columns_; }

  /// Hands over subtrees of an entry, whoever owns it.
  void deposit(std::uint64_t point, std::uint64_t block, SumTree&& tree);
  /// Subtrees of some blocks of a point.
  using Subtrees = std::vector<std::pair<std::uint64_t, SumNode>>;
  /// Fills the store with what `read` finds for a point and a range of its blocks. Each rank reads whole points, so that no part
  /// of a file is read twice. `read` may throw and must not communicate. Collective. @throws IoError
  void fill(const std::function<Subtrees(std::uint64_t point, const Range& blocks)>& read);
  /// The blocks of a point that this rank owns.
  Range owned_blocks(std::uint64_t point) const;
  std::uint64_t points() const noexcept { return points_; }
  std::uint64_t blocks() const noexcept { return blocks_; }
  /// Brings every deposited subtree to its owner (one exchange). Collective.
  void settle();

  /// Of a block that this rank owns.
  const SumTree& tree(std::uint64_t point, std::uint64_t block) const {
    return trees_.at(block * points_ + point - owned_.begin);
  }

  /// The blocks of point `wave · ranks + rank` on each rank; a table of no blocks where there is no such point. Counts are
  /// slices. Collective.
  BlockTable collect(std::uint64_t wave) const;
  /// The same of finished subtree number `subtree` of each block, of which there must be as many.
  BlockTable collect_subtree(std::uint64_t wave, std::size_t subtree) const;

 private:
  int owner(std::uint64_t entry) const;
  std::vector<std::vector<std::byte>> travel();
  void absorb(const std::vector<std::vector<std::byte>>& incoming);
  BlockTable collect_rows(std::uint64_t wave, const std::function<SumNode(const SumTree&)>& row) const;

  const Communicator& comm_;
  std::uint64_t points_;
  std::uint64_t blocks_;
  int columns_;
  ColumnRule rule_;
  Range owned_;
  std::vector<SumTree> trees_;
  std::vector<std::vector<std::byte>> outgoing_;
};

}  // namespace nnft
