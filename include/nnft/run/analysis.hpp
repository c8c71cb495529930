#pragma once
/// @file From the blocks of one scan point to correlators with errors.

#include <cstdint>

#include "nnft/core/types.hpp"
#include "nnft/run/plan.hpp"
#include "nnft/stats/block_table.hpp"
#include "nnft/stats/jackknife.hpp"
#include "nnft/stats/sum_layout.hpp"
#include "nnft/stats/tails.hpp"

namespace nnft {

/// Estimates of one scan point; rows of correlators have the layout's order of moments.
struct PointResult {
  ScanPoint point;
  std::int64_t networks;
  Vector reference_kernel;  ///< K₀, shape (pairs)
  Estimate connected;
  Estimate full;        ///< without leave-one-out values
  Estimate generating;  ///< W[J] of each source
  Tails tails;
};

/// Jackknife of connected and full correlators and of W[J] = ½JK₀J + ln of the mean exponential. Leave-one-out values of a block
/// without samples are NaN, and so is everything if fewer than two blocks have samples.
/// @param sources J, shape (sources, sites). @throws ShapeError if shapes do not fit.
PointResult analyse(const ScanPoint& point, const SumLayout& layout, const RowMatrix& sources, const Vector& reference_kernel,
                    const BlockTable& table);

/// Values that are known exactly: no errors, no blocks.
PointResult exact_result(const ScanPoint& point, Vector connected, Vector full, Vector generating);

}  // namespace nnft
