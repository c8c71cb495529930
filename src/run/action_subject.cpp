#include <algorithm>
#include <cmath>

#include "nnft/action/dual_expansion.hpp"
#include "nnft/core/error.hpp"
#include "nnft/run/action_analysis.hpp"
#include "nnft/run/config_values.hpp"

namespace nnft {
namespace {

std::vector<int> chosen_sites(const SumLayout& layout, const std::vector<int>& wanted) {
  std::vector<int> sites = wanted;
  if (sites.empty())
    for (int site = 0; site < layout.sites(); ++site) sites.push_back(site);
  for (std::size_t k = 0; k < sites.size(); ++k) {
    if (sites[k] < 0 || sites[k] >= layout.sites())
      throw UsageError("--sites: expected sites from 0 to " + std::to_string(layout.sites() - 1) + ", got " +
                       std::to_string(sites[k]));
    if (std::find(sites.begin(), sites.begin() + static_cast<std::ptrdiff_t>(k), sites[k]) !=
        sites.begin() + static_cast<std::ptrdiff_t>(k))
      throw UsageError("--sites: expected different sites, got " + std::to_string(sites[k]) + " twice");
  }
  return sites;
}

/// Derivatives of the file in one strength alone: first, second, ….
std::vector<int> derivatives_in(const Plan& plan, const std::string& axis) {
  const DerivativeLayout& derivatives = plan.sums().derivatives();
  const std::vector<std::string> axes = plan.axes();
  const auto found = std::find(axes.begin() + 1, axes.end(), axis);
  if (found == axes.end()) {
    std::string known;
    for (std::size_t k = 1; k < axes.size(); ++k) known += (k > 1 ? ", " : "") + axes[k];
    throw UsageError("--axis: expected one of " + known + ", got '" + axis + "'");
  }
  std::vector<int> places;
  for (int k = 1; k <= derivatives.basis().order() && derivatives.size() > 0; ++k) {
    MultiIndex power{};
    power[static_cast<std::size_t>(found - axes.begin() - 1)] = k;
    const int place = derivatives.basis().position(power);
    if (place > 0) places.push_back(place);
  }
  if (places.empty())
    throw UsageError("--in strength: expected a file with derivatives of the correlators in '" + axis +
                     "' (measure.derivatives = score or differences), got one without");
  return places;
}

int chosen_order(const ActionRequest& request, int possible, const std::string& need) {
  const int order = request.order.value_or(possible);
  if (order <= possible) return order;
  throw UsageError("--order: expected at most " + std::to_string(possible) + ", since order " + std::to_string(order) +
                   " needs " + need);
}

std::string orders_up_to(int last) {
  std::string text;
  for (int order = 2; order <= last; order += 2) text += (text.empty() ? "" : " ") + std::to_string(order);
  return text;
}

/// All tuples of the chosen sites must have been measured.
void require_tuples(const MomentLayout& moments, const std::vector<int>& sites, const std::vector<int>& orders) {
  for (const int order : orders) {
    const PackedIndex tuples(static_cast<int>(sites.size()), order);
    for (int t = 0; t < tuples.size(); ++t) {
      std::vector<int> tuple;
      for (int leg = 0; leg < order; ++leg) tuple.push_back(sites[static_cast<std::size_t>(tuples.tuple(t)[leg])]);
      std::ranges::sort(tuple);
      const PackedIndex& measured = moments.index(order);
      const int place = measured.position(tuple.data());
      if (place < measured.size() && std::equal(tuple.begin(), tuple.end(), measured.tuple(place))) continue;
      std::string text;
      for (const int site : tuple) text += (text.empty() ? "" : " ") + std::to_string(site);
      throw UsageError("expected correlators of all tuples of the sites, got none of " + text +
                       ": measure.tuples = all, or choose sites with --sites");
    }
  }
}

int legs_of(const std::vector<VertexKind>& vertices, int order) {
  int legs = 2;
  for (const Diagram& diagram : diagrams_to_order(vertices, order)) legs = std::max(legs, diagram.external_legs());
  return std::min(legs, most_coupling_legs);
}

std::vector<VertexKind> strength_vertices(const std::vector<int>& orders, int order) {
  std::vector<VertexKind> kinds;
  for (int power = 1; power <= order; ++power)
    for (const int legs : orders) kinds.push_back({legs, power});
  return kinds;
}

}  // namespace

ActionSubject action_subject(const Plan& plan, const ActionRequest& request) {
  const MomentLayout& moments = plan.layout();
  const std::vector<int> sites = chosen_sites(plan.sums(), request.sites);
  const bool in_width = request.expansion == ActionExpansion::width;
  std::vector<int> derivatives;
  if (!in_width) derivatives = derivatives_in(plan, request.axis);
  const int highest = moments.orders().back();
  const int possible = in_width ? std::min(highest / 2 - 1, most_action_order) : static_cast<int>(derivatives.size());
  const int wanted = request.order.value_or(possible);
  const int order = chosen_order(request, possible,
                                 in_width ? "connected correlators up to order " + std::to_string(2 * wanted + 2) +
                                                " (measure.orders = " + orders_up_to(2 * wanted + 2) + ")"
                                          : std::to_string(wanted) + " derivatives (measure.derivative-order)");
  std::vector<int> orders;
  for (const int n : moments.orders())
    if (!in_width || n <= std::max(2, 2 * order + 2)) orders.push_back(n);
  require_tuples(moments, sites, orders);
  const std::vector<VertexKind> vertices = in_width ? width_vertices(order) : strength_vertices(orders, order);
  ActionSubject subject{request.expansion,
                        in_width ? "" : request.axis,
                        sites,
                        order,
                        request.regulator,
                        vertices,
                        orders,
                        {},
                        derivatives,
                        CouplingLayout(static_cast<int>(sites.size()), order, legs_of(vertices, order))};
  for (std::size_t p = 0; p < plan.points().size(); ++p) {
    const std::vector<double>& strengths = plan.points()[p].strengths;
    if (in_width || std::ranges::all_of(strengths, [](double strength) { return strength == 0.0; })) subject.points.push_back(p);
  }
  if (subject.points.empty())
    throw UsageError("--in strength: expected a scan point where every strength is 0, got none in the file");
  return subject;
}

std::string unknown_correlator(int order, const std::vector<int>& sites, int tuple) {
  const PackedIndex tuples(static_cast<int>(sites.size()), order);
  std::string text = "expected a number for G" + std::to_string(order) + "c of sites";
  for (int leg = 0; leg < order; ++leg) text += " " + std::to_string(sites[static_cast<std::size_t>(tuples.tuple(tuple)[leg])]);
  return text + ", got none";
}

std::vector<Diagram> action_diagrams(const ActionSubject& subject) {
  std::vector<Diagram> diagrams = diagrams_to_order(subject.vertices, subject.order);
  std::erase_if(diagrams, [](const Diagram& diagram) { return diagram.external_legs() > most_coupling_legs; });
  return diagrams;
}

}  // namespace nnft
