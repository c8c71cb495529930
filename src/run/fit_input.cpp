#include "nnft/run/fit_input.hpp"

#include "nnft/core/error.hpp"
#include "nnft/run/point_variables.hpp"

namespace nnft {
namespace {

std::vector<std::vector<int>> tuples_of(const PackedIndex& index) {
  std::vector<std::vector<int>> tuples;
  for (int t = 0; t < index.size(); ++t) tuples.emplace_back(index.tuple(t), index.tuple(t) + index.order());
  return tuples;
}

std::vector<FitVariable> variables_of(const SumLayout& layout) {
  std::vector<FitVariable> variables;
  const std::vector<int>& orders = layout.moments().orders();
  const DerivativeLayout& derivatives = layout.derivatives();
  for (int derivative = 0; derivative <= derivatives.size(); ++derivative)
    for (auto order = orders.rbegin(); order != orders.rend(); ++order)
      variables.push_back({"G" + std::to_string(*order) + "c" + (derivative > 0 ? "_" + derivatives.name(derivative) : ""),
                           tuple_dimension(*order), leg_names(*order), *order, derivative,
                           tuples_of(layout.moments().index(*order))});
  if (layout.sources() == 0) return variables;
  variables.push_back({"W", "source", {}, 0, 0, {}});
  for (int s = 0; s < layout.sources(); ++s) variables.back().tuples.push_back({s});
  return variables;
}

VariableValues values_of(const PointResult& result, const SumLayout& layout, const FitVariable& variable) {
  if (variable.order == 0)
    return {result.generating.value, result.generating.error, result.generating.leave_one_out, Vector::Ones(layout.sources())};
  const Eigen::Index offset = layout.moments().offset(variable.order), size = layout.moments().index(variable.order).size();
  const Estimate& all =
      variable.derivative > 0 ? result.derivatives[static_cast<std::size_t>(variable.derivative - 1)] : result.connected;
  return {all.value.segment(offset, size), all.error.segment(offset, size), all.leave_one_out.middleCols(offset, size),
          result.tails.trusted.segment(offset, size)};
}

}  // namespace

ScanCoordinates scan_coordinates(const ScanPoint& point) { return {point.width, point.strengths}; }

FitInput fit_input(const StoredResult& stored) {
  if (!stored.sampled()) throw UsageError("expected a sampled result, got exact values, which have no errors to fit with");
  FitInput input;
  input.variables = variables_of(stored.layout());
  for (const ScanPoint& point : stored.points()) input.points.push_back(scan_coordinates(point));
  const std::vector<std::string> axes = stored.plan().axes();
  input.axes.assign(axes.begin() + 1, axes.end());
  for (std::uint64_t block = 0; block < stored.plan().blocks(); ++block)
    input.blocks.push_back(static_cast<std::int64_t>(stored.plan().block_label(block)));
  input.values = [&stored](std::size_t point, const FitVariable& variable) {
    return values_of(stored.point(point), stored.layout(), variable);
  };
  return input;
}

}  // namespace nnft
