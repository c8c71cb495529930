#pragma once
/// @file Sums of monomials, block by block: what a file stores and what every error bar is computed from.

#include <cstdint>
#include <vector>

#include "nnft/core/types.hpp"

namespace nnft {

/// Shape (blocks, moments), with the number of samples in each block. A block that no sample has reached has count 0.
struct BlockTable {
  RowMatrix sums;
  std::vector<std::int64_t> counts;

  BlockTable(int blocks, int moments) : sums(RowMatrix::Zero(blocks, moments)), counts(static_cast<std::size_t>(blocks), 0) {}

  int blocks() const noexcept { return static_cast<int>(sums.rows()); }
  int moments() const noexcept { return static_cast<int>(sums.cols()); }
  /// Samples in all blocks.
  std::int64_t samples() const noexcept;
};

}  // namespace nnft
