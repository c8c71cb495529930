#include "run/fit_models.hpp"

#include <algorithm>
#include <set>

#include "nnft/core/error.hpp"

namespace nnft {
namespace {

constexpr int highest_order = 4;
constexpr int highest_joint_order = 2;  ///< of either direction, unless asked for

/// Points without those of the narrowest widths.
struct Coverage {
  int widths = 0, strengths = 0, points = 0;
};

Coverage coverage(const FitGroup& group, int cut) {
  std::set<double> all, widths, strengths;
  for (const GroupPoint& point : group.points) all.insert(point.at.width);
  Coverage result;
  for (const GroupPoint& point : group.points) {
    if (std::distance(all.begin(), all.find(point.at.width)) < cut) continue;
    widths.insert(point.at.width);
    strengths.insert(point.at.strength);
    ++result.points;
  }
  result.widths = static_cast<int>(widths.size());
  result.strengths = static_cast<int>(strengths.size());
  return result;
}

FitModel model_of(const SeriesOrder& order, int cut, const FitSubject& subject) {
  return {{subject.leading_power, subject.free_exponent, series_terms(order)}, order, cut};
}

/// What the points do not determine; nothing if they do.
std::string shortage(const FitModel& model, const Coverage& points) {
  const int widths = model.order.width + 1 + (model.series.free_exponent ? 1 : 0);
  if (model.order.width + model.series.free_exponent > 0 && points.widths < widths)
    return std::to_string(widths) + " parameters of the width need as many widths; there are " + std::to_string(points.widths);
  if (points.strengths < model.order.strength + 1)
    return std::to_string(model.order.strength + 1) + " powers of the strength need as many strengths; there are " +
           std::to_string(points.strengths);
  if (points.points < model.series.parameters())
    return std::to_string(model.series.parameters()) + " parameters need as many points; there are " +
           std::to_string(points.points);
  return {};
}

std::vector<int> up_to(int highest) {
  std::vector<int> orders;
  for (int order = 0; order <= highest; ++order) orders.push_back(order);
  return orders;
}

/// Highest powers to try.
std::vector<SeriesOrder> candidates(const FitRequest& request, FitDirection direction) {
  const auto chosen = [](const std::vector<int>& given, int highest) { return given.empty() ? up_to(highest) : given; };
  std::vector<SeriesOrder> orders;
  if (direction == FitDirection::both) {
    for (const int width : chosen(request.orders, highest_joint_order))
      for (const int strength : chosen(request.strength_orders, highest_joint_order)) orders.push_back({width, strength});
    return orders;
  }
  for (const int order : chosen(request.orders, highest_order))
    orders.push_back(direction == FitDirection::width ? SeriesOrder{order, 0} : SeriesOrder{0, order});
  return orders;
}

/// Whether the order was asked for, and is not one of a choice.
bool asked_for(const FitRequest& request, FitDirection direction) {
  return !request.orders.empty() && (direction != FitDirection::both || !request.strength_orders.empty());
}

}  // namespace

std::vector<FitModel> choose_models(const FitRequest& request, const FitSubject& subject, const std::vector<GroupData>& groups) {
  const auto most = std::max_element(groups.begin(), groups.end(), [](const GroupData& a, const GroupData& b) {
    return a.group.points.size() < b.group.points.size();
  });
  const int most_cuts = subject.direction == FitDirection::strength ? 0 : request.most_cuts;
  // Strengths share their draws, so that the series through all of them is known as well as any shorter one, and may be the only
  // one that is true to the points.
  const int fewest_left = subject.direction == FitDirection::strength ? 0 : 1;
  std::vector<FitModel> models;
  std::string why;
  for (int cut = 0; cut <= most_cuts; ++cut)
    for (const SeriesOrder& order : candidates(request, subject.direction)) {
      const FitModel model = model_of(order, cut, subject);
      const Coverage points = coverage(most->group, cut);
      const std::string missing = shortage(model, points);
      const bool asked = cut == 0 && asked_for(request, subject.direction);
      if (asked && !missing.empty()) throw UsageError("--order: expected one that the points determine: " + missing);
      if (missing.empty() && (asked || points.points >= model.series.parameters() + fewest_left))
        models.push_back(model);
      else if (why.empty())
        why = missing.empty() ? std::to_string(points.points) + " points leave no degree of freedom" : missing;
    }
  if (models.empty()) throw UsageError("expected points for a fit: " + why);
  return models;
}

}  // namespace nnft
