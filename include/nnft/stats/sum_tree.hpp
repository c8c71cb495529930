#pragma once
/// @file A sum over slices whose rounding depends on the slices' indices and on nothing else.

#include <cstdint>
#include <vector>

#include "nnft/core/types.hpp"

namespace nnft {

/// A finished subtree: the sum over slices [index · 2^level, (index + 1) · 2^level) of a block.
struct SumNode {
  int level;
  std::uint64_t index;
  std::vector<double> sums;
};

/// Columns at the end of a row that are not added: `maxima` of which the larger is kept, then `latest` of which the later is.
struct ColumnRule {
  int maxima = 0;
  int latest = 0;
};

/// The binary-counter tree over the slices of one block. Two finished siblings are added as soon as both are here, left + right,
/// so whoever computed which slices, and in which order they arrive, the same additions are made.
class SumTree {
 public:
  explicit SumTree(const ColumnRule& rule = {}) : rule_(rule) {}

  /// @throws ShapeError if the node overlaps one that is here, or has another number of moments.
  void add(SumNode node);
  /// Takes over all nodes of another tree of the same block.
  void merge(SumTree&& other);
  /// The sum of all slices here: subtrees from left to right. Zeros if there is none.
  std::vector<double> total(std::size_t moments) const;
  /// Finished subtrees, from left to right, none of them siblings.
  const std::vector<SumNode>& nodes() const noexcept { return nodes_; }
  std::vector<SumNode> release() noexcept;
  /// Slices in the sum.
  std::uint64_t slices() const noexcept;

 private:
  void combine(std::vector<double>& left, const std::vector<double>& right) const;

  ColumnRule rule_;
  std::vector<SumNode> nodes_;
};

}  // namespace nnft
