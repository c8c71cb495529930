#pragma once
/// @file Tables of correlators for people.

#include <optional>
#include <string>

#include "nnft/core/types.hpp"
#include "nnft/run/plan.hpp"
#include "nnft/stats/moment_layout.hpp"

namespace nnft {

/// Connected correlators of one scan point as a reader wants to see them; rows in the layout's order.
struct CorrelatorRows {
  ScanPoint point;
  std::int64_t networks;
  Vector value;
  Vector error;                 ///< zeros for exact values
  RowMatrix leave_one_out;      ///< shape (blocks, moments), or empty
  std::optional<Vector> exact;  ///< what to set beside them
};

/// How many tuples of each order a table shows.
enum class TableLength { summary, all };

/// One point's table: value(error), exact value and pull of some or all tuples, then for each order how all of them together
/// compare with the exact values (largest pull, rms pull, regulated χ²).
std::string result_table(const CorrelatorRows& rows, const MomentLayout& layout, TableLength length);

}  // namespace nnft
