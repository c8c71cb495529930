#include <algorithm>
#include <cmath>
#include <set>

#include "nnft/core/error.hpp"
#include "nnft/run/config_values.hpp"
#include "run/fit_groups.hpp"

namespace nnft {
namespace {

FitVariable find_variable(const FitInput& input, const std::string& name) {
  if (name.empty()) return input.variables.front();
  std::string known;
  for (const FitVariable& variable : input.variables) {
    if (variable.name == name) return variable;
    known += (known.empty() ? "" : ", ") + variable.name;
  }
  throw UsageError("--variable: expected one of " + known + " (what the file has leave-one-out values of), got '" + name + "'");
}

/// Keeps the requested tuples. Returns their places among all.
std::vector<Eigen::Index> choose_tuples(FitVariable& variable, std::vector<std::vector<int>> requested) {
  std::vector<Eigen::Index> columns;
  const std::vector<std::vector<int>> all = variable.tuples;
  if (requested.empty()) requested = all;
  variable.tuples.clear();
  for (std::vector<int>& tuple : requested) {
    std::sort(tuple.begin(), tuple.end());
    const auto found = std::find(all.begin(), all.end(), tuple);
    if (found == all.end())
      throw UsageError("--tuples: expected tuples that the file has of " + variable.name + ", got '" + list_text(tuple) + "'");
    variable.tuples.push_back(tuple);
    columns.push_back(found - all.begin());
  }
  return columns;
}

std::size_t find_axis(const FitInput& input, const std::string& name) {
  const auto found = std::find(input.axes.begin(), input.axes.end(), name);
  if (found != input.axes.end()) return static_cast<std::size_t>(found - input.axes.begin());
  std::string known;
  for (const std::string& axis : input.axes) known += (known.empty() ? "" : ", ") + axis;
  throw UsageError("--axis: expected one of " + known + ", got '" + name + "'");
}

FitDirection choose_direction(const FitInput& input, const FitRequest& request, std::size_t axis) {
  std::set<double> widths, strengths;
  for (const ScanCoordinates& at : input.points) {
    if (!request.width.contains(at.width) || !request.strength.contains(at.strengths[axis])) continue;
    if (std::isfinite(at.width)) widths.insert(at.width);
    strengths.insert(at.strengths[axis]);
  }
  const FitDirection chosen = request.direction.value_or(widths.size() > 1 ? FitDirection::width : FitDirection::strength);
  if (chosen != FitDirection::strength && widths.size() < 2)
    throw UsageError("--in: expected several finite widths in range for a series in 1/N, got " + std::to_string(widths.size()));
  if (chosen != FitDirection::width && strengths.size() < 2)
    throw UsageError("--in: expected several widths or strengths in range, got " + std::to_string(widths.size()) +
                     " finite widths and " + std::to_string(strengths.size()) + " strengths");
  return chosen;
}

}  // namespace

FitSubject choose_subject(const FitInput& input, const FitRequest& request) {
  FitSubject subject;
  subject.variable = find_variable(input, request.variable);
  subject.columns = choose_tuples(subject.variable, request.tuples);
  subject.axis = find_axis(input, request.axis);
  subject.direction = choose_direction(input, request, subject.axis);
  const bool in_width = subject.direction != FitDirection::strength;
  if (!in_width && (request.leading_power || request.free_exponent))
    throw UsageError("--leading-power: expected a fit in width or both, got one in strength");
  if (subject.direction != FitDirection::both && !request.strength_orders.empty())
    throw UsageError("--order-strength: expected a fit in both, got one in " +
                     std::string(in_width ? "width" : "strength, whose powers are those of --order"));
  const int order = subject.variable.order;
  const int leading = order > 0 && input.free_at_infinite_width ? leading_power_of_order(order) : 0;
  subject.leading_power = in_width ? request.leading_power.value_or(leading) : 0.0;
  subject.free_exponent = request.free_exponent;
  return subject;
}

}  // namespace nnft
