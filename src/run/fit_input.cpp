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

FitVariable plain_variable(const SumLayout& layout, int order) {
  return {"G" + std::to_string(order) + "c_plain",  tuple_dimension(order), leg_names(order), order, 0,
          tuples_of(layout.moments().index(order)), FitQuantity::plain};
}

/// What there is beside correlators under an operator.
void add_chain_variables(std::vector<FitVariable>& variables, const SumLayout& layout) {
  if (!layout.chain().present()) return;
  if (layout.chain().improved())
    for (const int order : {4, 2})
      if (order == 2 || layout.moments().orders().size() > 1) variables.push_back(plain_variable(layout, order));
  const std::vector<BoxObservable> observables = box_observables(layout);
  for (std::size_t k = 0; k < observables.size(); ++k)
    if (observables[k].physical)
      variables.push_back({observables[k].name, "observable", {}, 0, 0, {{0}}, FitQuantity::observable, static_cast<int>(k)});
  variables.push_back({"m_eff", "site", {}, 0, 0, {}, FitQuantity::effective_mass});
  for (int site = 0; site < layout.sites(); ++site) variables.back().tuples.push_back({site});
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
  add_chain_variables(variables, layout);
  if (layout.sources() == 0) return variables;
  variables.push_back({"W", "source", {}, 0, 0, {}, FitQuantity::generating});
  for (int s = 0; s < layout.sources(); ++s) variables.back().tuples.push_back({s});
  return variables;
}

VariableValues values_of(const PointResult& result, const SumLayout& layout, const FitVariable& variable) {
  if (variable.quantity == FitQuantity::generating)
    return {result.generating.value, result.generating.error, result.generating.leave_one_out, Vector::Ones(layout.sources())};
  if (variable.quantity == FitQuantity::observable || variable.quantity == FitQuantity::effective_mass) {
    const bool mass = variable.quantity == FitQuantity::effective_mass;
    const Estimate& all = mass ? result.chain->effective_mass : result.chain->observables;
    const Eigen::Index first = mass ? 0 : variable.place, size = mass ? all.value.size() : 1;
    return {all.value.segment(first, size), all.error.segment(first, size), all.leave_one_out.middleCols(first, size),
            Vector::Constant(size, result.chain->warnings.empty() ? 1.0 : 0.0)};
  }
  const Eigen::Index offset = layout.moments().offset(variable.order), size = layout.moments().index(variable.order).size();
  const Estimate& all = variable.quantity == FitQuantity::plain ? result.chain->plain
                        : variable.derivative > 0 ? result.derivatives[static_cast<std::size_t>(variable.derivative - 1)]
                                                  : result.connected;
  return {all.value.segment(offset, size), all.error.segment(offset, size), all.leave_one_out.middleCols(offset, size),
          result.tails.trusted.segment(offset, size)};
}

}  // namespace

ScanCoordinates scan_coordinates(const ScanPoint& point) { return {point.width, point.strengths}; }

FitInput fit_input(const StoredResult& stored) {
  if (!stored.sampled()) throw UsageError("expected a sampled result, got exact values, which have no errors to fit with");
  FitInput input;
  input.variables = variables_of(stored.layout());
  input.free_at_infinite_width = !stored.config().has_field_operator();
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
