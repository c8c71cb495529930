#include "nnft/run/fit_variable.hpp"

#include "nnft/run/point_variables.hpp"

namespace nnft {
namespace {

std::vector<std::vector<int>> tuples_of(const PackedIndex& index) {
  std::vector<std::vector<int>> tuples;
  for (int t = 0; t < index.size(); ++t) tuples.emplace_back(index.tuple(t), index.tuple(t) + index.order());
  return tuples;
}

}  // namespace

ScanCoordinates scan_coordinates(const ScanPoint& point) { return {point.width, {point.strength}}; }

std::vector<std::string> strength_axes(const std::vector<ScanPoint>& points) {
  std::vector<std::string> names = {"strength"};
  const std::size_t axes = scan_coordinates(points.front()).strengths.size();
  for (std::size_t axis = 1; axis < axes; ++axis) names.push_back("strength" + std::to_string(axis + 1));
  return names;
}

std::vector<FitVariable> fit_variables(const SumLayout& layout) {
  std::vector<FitVariable> variables;
  const std::vector<int>& orders = layout.moments().orders();
  for (auto order = orders.rbegin(); order != orders.rend(); ++order)
    variables.push_back({"G" + std::to_string(*order) + "c", tuple_dimension(*order), leg_names(*order), *order,
                         tuples_of(layout.moments().index(*order))});
  if (layout.sources() == 0) return variables;
  variables.push_back({"W", "source", {}, 0, {}});
  for (int s = 0; s < layout.sources(); ++s) variables.back().tuples.push_back({s});
  return variables;
}

VariableValues variable_values(const PointResult& result, const SumLayout& layout, const FitVariable& variable) {
  if (variable.order == 0)
    return {result.generating.value, result.generating.error, result.generating.leave_one_out, Vector::Ones(layout.sources())};
  const Eigen::Index size = layout.moments().index(variable.order).size();
  const Eigen::Index offset = layout.moments().offset(variable.order);
  const Estimate& all = result.connected;
  return {all.value.segment(offset, size), all.error.segment(offset, size), all.leave_one_out.middleCols(offset, size),
          result.tails.trusted.segment(offset, size)};
}

}  // namespace nnft
