#pragma once
/// @file The one list of what a result file holds of each scan point, for whoever writes or describes it.

#include <functional>
#include <string>
#include <vector>

#include "nnft/core/types.hpp"
#include "nnft/io/schema.hpp"
#include "nnft/run/analysis.hpp"
#include "nnft/stats/sum_layout.hpp"

namespace nnft {

/// sample: all blocks have all their slices. partial: some have fewer or none; such a file cannot be extended. exact: no blocks.
/// leading: the same, but only the leading order in 1/N. perturbation: only low orders in the couplings of a field-operator.
enum class ResultKind { sample, partial, exact, leading, perturbation };

constexpr bool is_sampled(ResultKind kind) noexcept { return kind == ResultKind::sample || kind == ResultKind::partial; }

/// A part of a row of sums with a name of its own: shape (width, strength, block, dimension) in a file.
struct SumVariable {
  std::string name;
  std::string dimension;
  std::string coordinates;
  std::string long_name;
  int offset;
  int size;
};

/// Whether samples can add up to it: finite, but that exponentials of a large source may overflow.
bool is_possible_sum(const SumVariable& sum, double value);

/// The parts of a row, in order and without gaps.
std::vector<SumVariable> sum_variables(const SumLayout& layout);

/// A number for each scan point and entry of a dimension: shape (width, strength, dimension), or (width, strength) if the
/// dimension has no name and there is one.
struct PointVariable {
  std::string name;
  std::string dimension;
  std::string coordinates;
  std::string long_name;
  ElementType type;
  std::function<Vector(const PointResult&)> values;
};

/// Leave-one-out values: shape (block, width, strength, dimension), or without a dimension.
struct LeaveOneOutVariable {
  std::string name;
  std::string dimension;
  std::string coordinates;
  std::string long_name;
  std::function<RowMatrix(const PointResult&)> values;
};

std::vector<PointVariable> point_variables(const SumLayout& layout, ResultKind kind);
std::vector<LeaveOneOutVariable> leave_one_out_variables(const SumLayout& layout);

/// The name of the packed dimension of an order: pair, quad, sextet, octet. @throws ShapeError for another order.
std::string tuple_dimension(int order);

/// The names of the coordinates of a packed dimension: quad_i, …, quad_l.
std::vector<std::string> leg_names(int order);
/// The same, separated by spaces: what Variable::coordinates expects.
std::string joined_legs(int order);

}  // namespace nnft
