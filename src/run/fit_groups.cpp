#include "run/fit_groups.hpp"

#include <algorithm>
#include <cmath>

#include "nnft/core/error.hpp"
#include "nnft/run/config_values.hpp"

namespace nnft {
namespace {

/// A scan point to be fitted.
struct ChosenPoint {
  std::size_t index;
  ScanCoordinates at;
};

/// The axes that are held fixed.
bool same_group(const ScanCoordinates& a, const ScanCoordinates& b, const FitSubject& subject) {
  if (subject.direction == FitDirection::strength && a.width != b.width) return false;
  for (std::size_t axis = 0; axis < a.strengths.size(); ++axis) {
    const bool fitted = axis == subject.axis && subject.direction != FitDirection::width;
    if (!fitted && a.strengths[axis] != b.strengths[axis]) return false;
  }
  return true;
}

std::vector<std::vector<ChosenPoint>> group_points(std::vector<ChosenPoint> points, const FitSubject& subject) {
  std::vector<std::vector<ChosenPoint>> groups;
  for (ChosenPoint& point : points) {
    const auto found = std::find_if(groups.begin(), groups.end(),
                                    [&](const auto& group) { return same_group(group.front().at, point.at, subject); });
    if (found != groups.end())
      found->push_back(std::move(point));
    else
      groups.push_back({std::move(point)});
  }
  for (std::vector<ChosenPoint>& group : groups)
    std::sort(group.begin(), group.end(), [&](const ChosenPoint& a, const ChosenPoint& b) {
      return std::pair(a.at.width, a.at.strengths[subject.axis]) < std::pair(b.at.width, b.at.strengths[subject.axis]);
    });
  return groups;
}

std::vector<ChosenPoint> choose_points(const FitInput& input, const FitRequest& request, const FitSubject& subject,
                                       std::vector<std::string>& remarks) {
  const bool vanishing = subject.direction != FitDirection::strength && (subject.leading_power > 0.0 || subject.free_exponent);
  std::vector<ChosenPoint> points;
  int infinite = 0;
  for (std::size_t k = 0; k < input.points.size(); ++k) {
    const ScanCoordinates& at = input.points[k];
    if (!request.width.contains(at.width) || !request.strength.contains(at.strengths[subject.axis])) continue;
    if (vanishing && std::isinf(at.width))
      ++infinite;
    else
      points.push_back({k, at});
  }
  if (infinite > 0)
    remarks.push_back("left out: " + std::to_string(infinite) + " of " + std::to_string(input.points.size()) +
                      " scan points, at infinite width, where the series is 0");
  return points;
}

/// Names the group and says what it holds fixed.
FitGroup describe(const ScanCoordinates& at, const FitSubject& subject, const FitInput& input) {
  const auto deformed = [&](std::size_t axis) {
    return std::any_of(input.points.begin(), input.points.end(), [&](const auto& point) { return point.strengths[axis] != 0.0; });
  };
  FitGroup group;
  group.width = subject.direction == FitDirection::strength ? at.width : not_a_number;
  group.strengths = at.strengths;
  if (subject.direction != FitDirection::width) group.strengths[subject.axis] = not_a_number;
  if (!std::isnan(group.width)) group.name = "width " + shortest_text(group.width);
  for (std::size_t axis = 0; axis < input.axes.size(); ++axis)
    if (!std::isnan(group.strengths[axis]) && deformed(axis))
      group.name += (group.name.empty() ? "" : ", ") + input.axes[axis] + " " + shortest_text(group.strengths[axis]);
  return group;
}

VariableValues chosen_columns(const VariableValues& all, const std::vector<Eigen::Index>& columns) {
  return {all.value(columns), all.error(columns), all.leave_one_out(Eigen::all, columns), all.trusted(columns)};
}

bool has_no_error(const VariableValues& values) { return (values.error.array() <= 1e-13 * values.value.array().abs()).all(); }

/// Takes the blocks that all points of the source have, and adds their deletions to the group.
void keep_common_blocks(SourceRows& source, double width, const FitInput& input, FitGroup& group) {
  std::vector<Eigen::Index> common;
  for (Eigen::Index b = 0; b < source.blocks(); ++b)
    if (std::all_of(source.leave_one_out.begin(), source.leave_one_out.end(),
                    [&](const RowMatrix& m) { return m.row(b).allFinite(); })) {
      common.push_back(b);
      group.deletions.push_back({width, input.blocks[static_cast<std::size_t>(b)]});
    }
  if (common.size() < 2)
    throw UsageError("expected at least two blocks that all points of width " + shortest_text(width) + " have, got " +
                     std::to_string(common.size()));
  for (RowMatrix& rows : source.leave_one_out) rows = RowMatrix(rows(common, Eigen::all));
}

GroupData read_group(const FitInput& input, const std::vector<ChosenPoint>& points, const FitSubject& subject,
                     std::vector<std::string>& remarks) {
  GroupData data{describe(points.front().at, subject, input), {}};
  Eigen::Index untrusted = 0;
  for (const ChosenPoint& point : points) {
    const VariableValues values = chosen_columns(input.values(point.index, subject.variable), subject.columns);
    const FitPoint at{point.at.width, point.at.strengths[subject.axis]};
    if (has_no_error(values)) {
      remarks.push_back("left out: width " + shortest_text(at.width) + ", strength " + shortest_text(at.strength) +
                        ", where no value has an error");
      continue;
    }
    untrusted += (values.trusted.array() == 0.0).count();
    if (data.group.points.empty() || data.group.points.back().at.width != at.width) data.sources.emplace_back();
    data.group.points.push_back({at, values.value, values.error});
    data.sources.back().leave_one_out.push_back(values.leave_one_out);
  }
  std::size_t first = 0;
  for (SourceRows& source : data.sources) {
    keep_common_blocks(source, data.group.points[first].at.width, input, data.group);
    first += source.leave_one_out.size();
  }
  if (untrusted > 0)
    remarks.push_back("WARNING: heavy tails: " + std::to_string(untrusted) + " error bars " +
                      (data.group.name.empty() ? "" : "at " + data.group.name + " ") +
                      "cannot be trusted, nor what is fitted to them");
  return data;
}

}  // namespace

RowMatrix SourceRows::of_tuple(Eigen::Index tuple) const {
  RowMatrix rows(blocks(), points());
  for (Eigen::Index p = 0; p < points(); ++p) rows.col(p) = leave_one_out[static_cast<std::size_t>(p)].col(tuple);
  return rows;
}

std::vector<GroupData> read_groups(const FitInput& input, const FitRequest& request, const FitSubject& subject,
                                   std::vector<std::string>& remarks) {
  std::vector<GroupData> groups;
  for (const std::vector<ChosenPoint>& points : group_points(choose_points(input, request, subject, remarks), subject)) {
    GroupData data = read_group(input, points, subject, remarks);
    if (!data.group.points.empty()) groups.push_back(std::move(data));
  }
  if (groups.empty()) throw UsageError("expected scan points with errors in the range of widths and strengths, got none");
  return groups;
}

}  // namespace nnft
