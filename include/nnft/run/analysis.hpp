#pragma once
/// @file From the blocks of one scan point to correlators with errors.

#include <cstdint>
#include <optional>
#include <vector>

#include "nnft/core/types.hpp"
#include "nnft/run/chain_analysis.hpp"
#include "nnft/run/config.hpp"
#include "nnft/run/plan.hpp"
#include "nnft/stats/block_table.hpp"
#include "nnft/stats/connected_series.hpp"
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
  Estimate full;                      ///< without leave-one-out values
  Estimate generating;                ///< W[J] of each source
  std::vector<Estimate> derivatives;  ///< of the connected correlators, by the layout's derivatives
  Tails tails;
  Vector rounding = {};  ///< of each derivative, relative to the full moments; empty if there is none to speak of
  std::optional<ChainResult> chain = {};  ///< of fields under an operator
  Estimate histograms = {};               ///< what histogram_densities finds; empty if there are none
};

/// A shared scale that the config's deformations contain, at a scan point.
std::optional<SharedScale> shared_scale(const Config& config, const ScanPoint& point);

/// Jackknife of connected and full correlators, derivatives in the strengths and of W[J] = ½JK₀J + ln of the mean exponential.
/// Under an operator e^{−V} means are those of weighted samples, K₀ enters the improved estimators only, and correlators of
/// orders 2 and 4 are the improved ones. Leave-one-out values of a block without samples are NaN, and so is everything if fewer
/// than two blocks have samples.
/// @throws ShapeError if shapes do not fit.
PointResult analyse(const Config& config, const ScanPoint& point, const SumLayout& layout, const Vector& reference_kernel,
                    const BlockTable& table);

/// Values that are known exactly: no errors, no blocks.
/// @param derivatives shape (derivatives, moments).
PointResult exact_result(const ScanPoint& point, Vector connected, Vector full, Vector generating, const RowMatrix& derivatives);

}  // namespace nnft
