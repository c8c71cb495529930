#pragma once
/// @file From the blocks of one scan point to correlators with errors.

#include <cstdint>

#include "nnft/core/types.hpp"
#include "nnft/run/plan.hpp"
#include "nnft/stats/block_table.hpp"
#include "nnft/stats/jackknife.hpp"
#include "nnft/stats/moment_layout.hpp"

namespace nnft {

/// Estimates of one scan point; every row has the layout's order of moments.
struct PointResult {
  ScanPoint point;
  std::int64_t networks;
  Vector reference_kernel;  ///< K₀, shape (pairs)
  Estimate connected;
  Estimate full;  ///< without leave-one-out values
};

/// Jackknife of connected and full correlators. Leave-one-out values of a block without samples are NaN, and so is everything if
/// fewer than two blocks have samples. @throws ShapeError if shapes do not fit.
PointResult analyse(const ScanPoint& point, const MomentLayout& layout, const Vector& reference_kernel, const BlockTable& table);

}  // namespace nnft
