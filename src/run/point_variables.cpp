#include "nnft/run/point_variables.hpp"

#include <cmath>

#include "nnft/core/error.hpp"
#include "run/chain_variables.hpp"
#include "run/histogram_variables.hpp"

namespace nnft {
namespace {

/// The part of a row of moments that belongs to an order.
std::function<Vector(const PointResult&)> of_order(const SumLayout& layout, int order,
                                                   std::function<const Vector&(const PointResult&)> row) {
  const int offset = layout.moments().offset(order), size = layout.moments().index(order).size();
  return [=](const PointResult& result) -> Vector { return row(result).segment(offset, size); };
}

void add_correlators(std::vector<PointVariable>& list, const SumLayout& layout, int order, ResultKind kind) {
  const std::string name = "G" + std::to_string(order);
  const std::string correlator = " " + std::to_string(order) + "-point correlator";
  const auto add = [&](const std::string& suffix, const std::string& long_name, auto row,
                       ElementType type = ElementType::float64) {
    list.push_back({name + suffix, tuple_dimension(order), joined_legs(order), long_name, type, of_order(layout, order, row)});
  };
  using Result = const PointResult&;
  add("", "full" + correlator, [](Result r) -> const Vector& { return r.full.value; });
  add("_err", "standard error of " + name, [](Result r) -> const Vector& { return r.full.error; });
  add("c", "connected" + correlator, [](Result r) -> const Vector& { return r.connected.value; });
  add("c_err", "standard error of " + name + "c", [](Result r) -> const Vector& { return r.connected.error; });
  if (!is_sampled(kind)) return;
  add("c_bias", "jackknife estimate of the bias that was subtracted in " + name + "c",
      [](Result r) -> const Vector& { return r.connected.bias; });
  add("c_kurtosis", "excess kurtosis of the blocks' contributions to " + name + "c",
      [](Result r) -> const Vector& { return r.tails.kurtosis; });
  add("c_err_err", "standard error of " + name + "c_err", [](Result r) -> const Vector& { return r.tails.error_of_error; });
  add(
      "c_trusted", "1 if the error bar can be trusted, 0 if few samples make it up",
      [](Result r) -> const Vector& { return r.tails.trusted; }, ElementType::int64);
  const Eigen::Index row = order / 2 - 1;
  const std::string quantity = order == 2 ? "x" : "x^" + std::to_string(order / 2);
  list.push_back({"largest_share" + std::to_string(order), "site", "",
                  "share of the largest sample in the sum of " + quantity + ", x = phi^2 (plain) or K (conditional) at the site",
                  ElementType::float64, [row](Result r) -> Vector { return r.tails.share.row(row).transpose(); }});
  list.push_back({"largest_variance_share" + std::to_string(order), "site", "",
                  "share of the largest sample in the sum of the squares of " + quantity, ElementType::float64,
                  [row](Result r) -> Vector { return r.tails.variance_share.row(row).transpose(); }});
}

/// A derivative of the connected correlators of an order.
struct NamedDerivative {
  int order;
  std::size_t place;  ///< in PointResult::derivatives
  std::string name;   ///< G4c_dstrength
};

std::vector<NamedDerivative> derivatives_of(const SumLayout& layout) {
  std::vector<NamedDerivative> list;
  for (int k = 1; k <= layout.derivatives().size(); ++k)
    for (const int order : layout.moments().orders())
      list.push_back({order, static_cast<std::size_t>(k - 1), "G" + std::to_string(order) + "c_" + layout.derivatives().name(k)});
  return list;
}

void add_derivative(std::vector<PointVariable>& list, const SumLayout& layout, const NamedDerivative& derivative,
                    ResultKind kind) {
  const int order = derivative.order;
  const auto add = [&](const std::string& suffix, const std::string& long_name, Vector Estimate::*member) {
    list.push_back({derivative.name + suffix, tuple_dimension(order), joined_legs(order), long_name, ElementType::float64,
                    of_order(layout, order, [place = derivative.place, member](const PointResult& r) -> const Vector& {
                      return r.derivatives[place].*member;
                    })});
  };
  add("", "derivative of G" + std::to_string(order) + "c in the strengths of deformations", &Estimate::value);
  add("_err", "standard error of " + derivative.name, &Estimate::error);
  if (is_sampled(kind)) add("_bias", "jackknife estimate of the bias that was subtracted in " + derivative.name, &Estimate::bias);
}

/// The monomials times powers of V − V₀, or by differences, and the powers.
void add_derivative_sums(std::vector<SumVariable>& list, const SumLayout& layout) {
  const DerivativeLayout& derivatives = layout.derivatives();
  for (int k = 0; k < layout.summed_derivatives(); ++k) {
    const std::string name = derivatives.name(derivatives.summed()[static_cast<std::size_t>(k)]);
    for (const int order : layout.moments().orders())
      list.push_back({"sum" + std::to_string(order) + "_" + name, tuple_dimension(order), joined_legs(order),
                      layout.scores() > 0 ? "sum over the networks of a block of the monomials times powers of V - V0"
                                          : "derivative of the sum over the networks of a block of the monomials, by differences",
                      layout.derivative_offset(k) + layout.moments().offset(order), layout.moments().index(order).size()});
  }
  if (layout.scores() > 0)
    list.push_back({"sum_score", "score", "", "sum over the networks of a block of powers of V - V0", layout.score_offset(),
                    layout.scores()});
}

}  // namespace

std::string tuple_dimension(int order) {
  switch (order) {
    case 2:
      return "pair";
    case 4:
      return "quad";
    case 6:
      return "sextet";
    case 8:
      return "octet";
    default:
      throw ShapeError("no packed dimension for order " + std::to_string(order));
  }
}

std::vector<std::string> leg_names(int order) {
  std::vector<std::string> names;
  for (int leg = 0; leg < order; ++leg) names.push_back(tuple_dimension(order) + "_" + static_cast<char>('i' + leg));
  return names;
}

std::string joined_legs(int order) {
  std::string text;
  for (const std::string& name : leg_names(order)) text += (text.empty() ? "" : " ") + name;
  return text;
}

bool is_possible_sum(const SumVariable& sum, double value) {
  return std::isfinite(value) || (sum.name == "sum_source" && value > 0.0);
}

std::vector<SumVariable> sum_variables(const SumLayout& layout) {
  std::vector<SumVariable> list;
  for (const int order : layout.moments().orders())
    list.push_back({"sum" + std::to_string(order), tuple_dimension(order), joined_legs(order),
                    "sum over the networks of a block of the monomials of order " + std::to_string(order),
                    layout.moments().offset(order), layout.moments().index(order).size()});
  if (layout.sources() > 0)
    list.push_back({"sum_source", "source", "", "sum over the networks of a block of the exponentials of the sources",
                    layout.source_offset(), layout.sources()});
  add_derivative_sums(list, layout);
  for (int power = 1; power <= layout.powers(); ++power)
    list.push_back(
        {"sum_power" + std::to_string(power), "site", "",
         "sum over the networks of a block of x^" + std::to_string(power) + ", x = phi^2 (plain) or K (conditional) at the site",
         layout.power_offset(power), layout.sites()});
  add_chain_sums(list, layout);
  add_histogram_sums(list, layout);
  list.push_back({"largest", "site", "", "largest x of a block, x = phi^2 (plain) or K (conditional) at the site",
                  layout.maxima_offset(), layout.maxima()});
  add_chain_state(list, layout);
  return list;
}

std::vector<PointVariable> point_variables(const SumLayout& layout, ResultKind kind) {
  std::vector<PointVariable> list;
  for (const int order : layout.moments().orders()) add_correlators(list, layout, order, kind);
  for (const NamedDerivative& derivative : derivatives_of(layout)) add_derivative(list, layout, derivative, kind);
  if (is_sampled(kind)) add_chain_variables(list, layout);
  if (is_sampled(kind)) add_histogram_variables(list, layout);
  if (layout.sources() == 0) return list;
  const auto add = [&](const std::string& name, const std::string& long_name, auto values) {
    list.push_back({name, "source", "", long_name, ElementType::float64, values});
  };
  using Result = const PointResult&;
  add("W", "generating functional ln Z[J] of the connected correlators", [](Result r) -> Vector { return r.generating.value; });
  add("W_err", "standard error of W", [](Result r) -> Vector { return r.generating.error; });
  if (!is_sampled(kind)) return list;
  add("W_bias", "jackknife estimate of the bias that was subtracted in W", [](Result r) -> Vector { return r.generating.bias; });
  return list;
}

std::vector<LeaveOneOutVariable> leave_one_out_variables(const SumLayout& layout) {
  std::vector<LeaveOneOutVariable> list;
  for (const int order : layout.moments().orders()) {
    const std::string name = "G" + std::to_string(order) + "c";
    const int offset = layout.moments().offset(order), size = layout.moments().index(order).size();
    list.push_back({name + "_jackknife", tuple_dimension(order), joined_legs(order), name + " from all blocks but one",
                    [=](const PointResult& r) -> RowMatrix { return r.connected.leave_one_out.middleCols(offset, size); }});
  }
  for (const NamedDerivative& derivative : derivatives_of(layout)) {
    const int offset = layout.moments().offset(derivative.order), size = layout.moments().index(derivative.order).size();
    list.push_back({derivative.name + "_jackknife", tuple_dimension(derivative.order), joined_legs(derivative.order),
                    derivative.name + " from all blocks but one",
                    [=, place = derivative.place](const PointResult& r) -> RowMatrix {
                      return r.derivatives[place].leave_one_out.middleCols(offset, size);
                    }});
  }
  add_chain_leave_one_out(list, layout);
  if (layout.sources() > 0)
    list.push_back({"W_jackknife", "source", "", "W from all blocks but one",
                    [](const PointResult& r) -> RowMatrix { return r.generating.leave_one_out; }});
  return list;
}

}  // namespace nnft
