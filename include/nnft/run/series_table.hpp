#pragma once
/// @file Tables of fitted series for people.

#include <string>

#include "nnft/run/result_table.hpp"
#include "nnft/run/series_analysis.hpp"

namespace nnft {

/// Whether a table also lists every point beside the likeliest series.
enum class PointTable { none, pulls };

/// For each group some or all tuples: every series with its coefficients, χ²/dof, p and weight, one line each (those with cuts
/// from a weight of 0.01 on), below them the average over all; then how many tuples each order describes, and what else there is
/// to say.
std::string series_table(const SeriesAnalysis& analysis, TableLength length, PointTable points);

}  // namespace nnft
