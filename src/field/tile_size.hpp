#pragma once
/// @file How many neurons are worked on at a time.

#include <algorithm>

#include "nnft/random/variates.hpp"

namespace nnft {

/// The even number of neurons whose `rows` of batch_samples doubles each fill about half of a first-level cache (16 KiB).
inline int tile_size(int rows) {
  const int row_bytes = batch_samples * static_cast<int>(sizeof(double));
  return std::clamp(16384 / (rows * row_bytes) / 2 * 2, 2, 32);
}

}  // namespace nnft
