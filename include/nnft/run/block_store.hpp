#pragma once
/// @file The sums of all blocks of a group of scan points, spread over the ranks that own them.

#include <cstdint>
#include <vector>

#include "nnft/parallel/communicator.hpp"
#include "nnft/parallel/partition.hpp"
#include "nnft/stats/block_table.hpp"
#include "nnft/stats/sum_layout.hpp"
#include "nnft/stats/sum_tree.hpp"

namespace nnft {

/// Every rank owns a contiguous range of the entries (point · blocks + block) and finishes their trees. Subtrees computed
/// elsewhere are handed over with `deposit` and travel in `settle`.
class BlockStore {
 public:
  /// @param points scan points in the group; @param layout of the rows of sums.
  BlockStore(const Communicator& comm, std::uint64_t points, std::uint64_t blocks, const SumLayout& layout);

  /// The entries this rank owns.
  const Range& owned() const noexcept { return owned_; }
  /// Numbers in a row of sums.
  int columns() const noexcept { return columns_; }

  /// Hands over subtrees of an entry, whoever owns it.
  void deposit(std::uint64_t point, std::uint64_t block, SumTree&& tree);
  /// Puts a subtree into a block that this rank owns.
  void deposit_owned(std::uint64_t point, std::uint64_t block, SumNode&& node);
  /// The blocks of a point that this rank owns.
  Range owned_blocks(std::uint64_t point) const;
  std::uint64_t points() const noexcept { return points_; }
  std::uint64_t blocks() const noexcept { return blocks_; }
  /// Brings every deposited subtree to its owner (one all-to-all). Collective.
  void settle();

  const SumTree& tree(std::uint64_t entry) const { return trees_[entry - owned_.begin]; }

  /// The blocks of point `wave · ranks + rank` on each rank; a table of no blocks where there is no such point. Counts are
  /// slices. Collective.
  BlockTable collect(std::uint64_t wave) const;

 private:
  int owner(std::uint64_t entry) const;

  const Communicator& comm_;
  std::uint64_t points_;
  std::uint64_t blocks_;
  int columns_;
  Range owned_;
  std::vector<SumTree> trees_;
  std::vector<std::vector<std::byte>> outgoing_;
};

}  // namespace nnft
