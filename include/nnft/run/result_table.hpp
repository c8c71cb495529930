#pragma once
/// @file Tables of correlators for people.

#include <optional>
#include <set>
#include <string>

#include "nnft/run/analysis.hpp"
#include "nnft/run/exact_values.hpp"

namespace nnft {

/// How many tuples of each order a table shows.
enum class TableLength { summary, all };

/// Tuples of a correlator in a summary.
inline constexpr int tuples_in_summary = 5;

/// Positions of the tuples to show out of `size`: all, or `summary` of them, the first one, then spread evenly to the last.
std::set<int> shown_tuples(int size, TableLength length, int summary = tuples_in_summary);

/// One point's table: value(error), exact value and pull of some or all tuples and of W[J], then for each order how all of them
/// together compare with the exact values (largest pull, rms pull, regulated χ²), and which error bars cannot be trusted.
std::string result_table(const PointResult& result, const std::optional<ExactValues>& exact, const SumLayout& layout,
                         TableLength length);

}  // namespace nnft
