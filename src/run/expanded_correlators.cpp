#include "nnft/run/expanded_correlators.hpp"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <sstream>

#include "nnft/action/dual_expansion.hpp"
#include "nnft/core/error.hpp"
#include "nnft/core/format.hpp"
#include "nnft/run/action_analysis.hpp"
#include "nnft/run/config_values.hpp"

namespace nnft {
namespace {

constexpr int column = 18;

/// Correlators of all orders of the expansion in one row, at most: tables for more of them do not fit into memory.
constexpr double most_correlators = 1e7;

int most_legs(int order) { return std::min(std::max(2, 2 * order + 2), most_coupling_legs); }

/// @throws UsageError if so many sites cannot be expanded to so high an order.
void require_tables(const StoredAction& stored, int order) {
  double tuples = 1.0;
  for (int leg = 1; leg <= most_legs(order); ++leg) tuples *= (stored.sites() + leg - 1.0) / leg;
  if (tuples * (order + 1.0) <= most_correlators) return;
  throw UsageError("--order: expected correlators of at most " + number_text(most_correlators) + " tuples in all orders, got " +
                   number_text(std::round(tuples * (order + 1.0))) + " of " + std::to_string(stored.sites()) +
                   " sites through order " + std::to_string(order));
}

/// From a row of a file's couplings to a row of correlators.
class CorrelatorStatistic {
 public:
  CorrelatorStatistic(const StoredAction& stored, int order)
      : stored_(stored),
        order_(order),
        kinds_(kinds_of(stored, order)),
        expansion_(Duality::correlators_from_action, stored.sites(), stored.sites(), kinds_, order, most_legs(order)) {}

  CouplingLayout layout() const { return CouplingLayout(stored_.sites(), order_, expansion_.legs()); }
  Vector operator()(const Vector& row) const {
    std::vector<Vector> vertices;
    for (const VertexKind& kind : kinds_) vertices.push_back(coupling(row, kind.order, kind.legs));
    const RowMatrix inverse_propagator = 2.0 * symmetric_matrix(stored_.sites(), coupling(row, 0, 2));
    return layout().row(expansion_.evaluate(ModeBasis(inverse_propagator, {}), vertices));
  }

 private:
  static std::vector<VertexKind> kinds_of(const StoredAction& stored, int order) {
    std::vector<VertexKind> kinds;
    for (const int degree : stored.degrees()) {
      if (!stored.expanded_in_strength()) {
        if (degree > 2 && degree / 2 - 1 <= order) kinds.push_back({degree, degree / 2 - 1});
        continue;
      }
      for (int o = 1; o <= order; ++o) kinds.push_back({degree, o});
    }
    return kinds;
  }

  /// In a strength those of the order; in 1/N those of all orders together.
  Vector coupling(const Vector& row, int order, int degree) const {
    const auto size = static_cast<Eigen::Index>(PackedIndex(stored_.sites(), degree).size());
    if (stored_.expanded_in_strength()) return row.segment(stored_.coupling_offset(order, degree), size);
    Vector sum = Vector::Zero(size);
    for (int o = 0; o <= order_; ++o) sum += row.segment(stored_.coupling_offset(o, degree), size);
    return sum;
  }

  const StoredAction& stored_;
  int order_;
  std::vector<VertexKind> kinds_;
  DualExpansion expansion_;
};

Estimate estimate_of(const StoredAction& stored, const StoredPoint& point, const CorrelatorStatistic& statistic) {
  Estimate found;
  found.value = statistic(stored.coupling_row(point, "") + stored.coupling_row(point, "_bias"));
  found.error = found.bias = Vector::Zero(found.value.size());
  const RowMatrix couplings = present_rows(stored.leave_one_out(point));
  found.leave_one_out.resize(couplings.rows(), found.value.size());
  if (couplings.rows() < 2) return found;
  for (Eigen::Index b = 0; b < couplings.rows(); ++b)
    found.leave_one_out.row(b) = statistic(couplings.row(b).transpose()).transpose();
  found.bias = (static_cast<double>(couplings.rows()) - 1.0) * (found.leave_one_out.colwise().mean().transpose() - found.value);
  found.value -= found.bias;
  found.error = jackknife_error(found.leave_one_out);
  return found;
}

std::string sites_text(const PackedIndex& index, int t) {
  std::string text;
  for (int leg = 0; leg < index.order(); ++leg) text += (leg > 0 ? " " : "") + std::to_string(index.tuple(t)[leg]);
  return text;
}

void write_degree(std::ostream& out, const ExpandedPoint& point, const CouplingLayout& layout, bool sums, int degree,
                  TableLength length) {
  const Estimate all = all_orders(layout, point.correlators);
  const StoredCorrelator& source = point.source[static_cast<std::size_t>(degree / 2 - 1)];
  const bool known = sums && source.value.size() > 0;
  out << "  " << std::left << std::setw(column) << ("G" + std::to_string(degree) + "c") << std::right;
  for (int order = 0; order <= layout.order(); ++order) out << std::setw(column) << "order " + std::to_string(order);
  if (sums) out << std::setw(column) << "sum";
  if (known) out << std::setw(column) << "action is from" << std::setw(12) << "relative";
  out << '\n';
  for (const int t : shown_tuples(layout.index(degree).size(), length)) {
    out << "  " << std::left << std::setw(column) << sites_text(layout.index(degree), t) << std::right;
    for (int order = 0; order <= layout.order(); ++order) {
      const Eigen::Index at = layout.offset(order, degree) + t;
      out << std::setw(column) << format_estimate(point.correlators.value[at], point.correlators.error[at]);
    }
    const Eigen::Index place = layout.offset(0, degree) + t;
    if (sums) out << std::setw(column) << format_estimate(all.value[place], all.error[place]);
    if (known) out << std::setw(column) << format_estimate(source.value[t], source.error[t]);
    if (known && source.value[t] != 0.0)
      out << std::setw(12) << format_number((all.value[place] - source.value[t]) / source.value[t], "%+.2g");
    out << '\n';
  }
}

}  // namespace

Estimate all_orders(const CouplingLayout& layout, const Estimate& correlators) {
  Estimate sum;
  sum.value = layout.summed(correlators.value, layout.order());
  sum.error = Vector::Zero(sum.value.size());
  if (correlators.leave_one_out.rows() == 0) return sum;
  RowMatrix rows(correlators.leave_one_out.rows(), sum.value.size());
  for (Eigen::Index b = 0; b < rows.rows(); ++b)
    rows.row(b) = layout.summed(correlators.leave_one_out.row(b).transpose(), layout.order()).transpose();
  sum.error = jackknife_error(rows);
  return sum;
}

ExpandedCorrelators expand_correlators(const StoredAction& stored, int order) {
  if (order >= stored.orders())
    throw UsageError("--order: expected an order that the file has, 0 to " + std::to_string(stored.orders() - 1) + ", got " +
                     std::to_string(order));
  require_tables(stored, order);
  const CorrelatorStatistic statistic(stored, order);
  ExpandedCorrelators expanded{statistic.layout(), {}};
  for (const StoredPoint& point : stored.points()) {
    ExpandedPoint found{point, "", {}, {}};
    for (const int degree : expanded.layout.degrees()) {
      if (degree == 0) continue;
      const bool known = std::ranges::find(stored.correlator_orders(), degree) != stored.correlator_orders().end();
      found.source.push_back(known ? stored.correlator(point, degree) : StoredCorrelator{});
    }
    try {
      found.correlators = estimate_of(stored, point, statistic);
    } catch (const SingularError& error) {
      const std::string regulator = stored.attribute("regulator", "none");
      found.refused = std::string("2 g2: ") + error.what() +
                      (regulator.starts_with("modes") ? " (an action of some modes alone: regulator " + regulator + ")" : "");
    }
    expanded.points.push_back(std::move(found));
  }
  return expanded;
}

std::string expanded_table(const StoredAction& stored, const ExpandedCorrelators& expanded, TableLength length) {
  std::ostringstream out;
  const bool sums = !stored.expanded_in_strength();
  out << "connected correlators of e^-S by diagrams with couplings as vertices, contributions by powers of "
      << stored.expanded_in() << "\n\n";
  for (const ExpandedPoint& point : expanded.points) {
    out << (point.point.name.empty() ? "the only scan point" : point.point.name);
    if (!point.refused.empty()) {
      out << ": REFUSED: " << point.refused << "\n\n";
      continue;
    }
    out << '\n';
    for (const int degree : expanded.layout.degrees())
      if (degree > 0) write_degree(out, point, expanded.layout, sums, degree, length);
    out << '\n';
  }
  return out.str();
}

}  // namespace nnft
