#include "nnft/run/action_table.hpp"

#include <cmath>
#include <iomanip>
#include <sstream>

#include "nnft/core/format.hpp"

namespace nnft {
namespace {

constexpr int column = 18;
/// Beyond this not even half of the digits of a correlator survive.
constexpr double doubtful_condition = 1e8;

/// What the orders are powers of. Connected correlators of 2k fields are of order λ^{k−1}, too.
std::string expanded_in(const StoredResult& stored, const ActionSubject& subject) {
  if (subject.expansion == ActionExpansion::strength) return subject.axis;
  return stored.config().has_field_operator() ? "1/N and lambda" : "1/N";
}

/// All orders added up: value and error of each coupling.
struct SummedCouplings {
  Vector value, error;
};

SummedCouplings summed(const CouplingLayout& layout, const Estimate& couplings) {
  SummedCouplings sum{layout.summed(couplings.value, layout.order()), Vector::Zero(layout.order_size())};
  if (couplings.leave_one_out.rows() == 0) return sum;
  RowMatrix rows(couplings.leave_one_out.rows(), layout.order_size());
  for (Eigen::Index b = 0; b < rows.rows(); ++b)
    rows.row(b) = layout.summed(couplings.leave_one_out.row(b).transpose(), layout.order()).transpose();
  sum.error = jackknife_error(rows);
  return sum;
}

std::string tuple_text(const ActionSubject& subject, int degree, int t) {
  std::string text;
  for (int leg = 0; leg < degree; ++leg)
    text += (leg > 0 ? " " : "") +
            std::to_string(subject.sites[static_cast<std::size_t>(subject.layout.index(degree).tuple(t)[leg])]);
  return text;
}

/// Of what is inverted: G2c, with the regulator's noise.
double inverted_condition(const PointAction& action, const ModeRegulator& regulator) {
  if (regulator.kind != ModeRegulatorKind::noise) return action.condition_number;
  const double largest = action.eigenvalues[0], smallest = action.eigenvalues[action.eigenvalues.size() - 1];
  return largest * (1.0 + regulator.value) / (smallest + regulator.value * largest);
}

void write_modes(std::ostream& out, const PointAction& action, const ModeRegulator& regulator) {
  const Vector& values = action.eigenvalues;
  out << "  G2c: eigenvalues " << format_number(values[0], "%.4g");
  if (values.size() > 1) out << " to " << format_number(values[values.size() - 1], "%.4g");
  out << ", condition number " << format_number(action.condition_number, "%.3g");
  if (action.modes < values.size()) out << ", " << action.modes << " of " << values.size() << " modes kept";
  out << '\n';
  if (action.modes == values.size() && inverted_condition(action, regulator) > doubtful_condition)
    out << "  ILL-CONDITIONED: rounding and errors of the correlators are multiplied by up to the condition number in g2 and its "
           "square in g4; fewer sites, --modes-above or --noise help\n";
  if (!action.correlators.trusted)
    out << "  HEAVY TAILS: the error bar of a correlator depends on single samples, and so do these\n";
}

void write_header(std::ostream& out, const ActionSubject& subject, int degree, bool regulated) {
  out << "  " << std::left << std::setw(column) << ("g" + std::to_string(degree)) << std::right;
  for (int order = 0; order <= subject.order; ++order) out << std::setw(column) << "order " + std::to_string(order);
  if (subject.expansion == ActionExpansion::width && subject.order > 0) out << std::setw(column) << "sum";
  if (regulated) out << std::setw(column) << "unregulated";
  out << '\n';
}

void write_degree(std::ostream& out, const ActionSubject& subject, const PointAction& action, int degree, TableLength length) {
  const CouplingLayout& layout = subject.layout;
  const bool regulated = action.unregulated.size() > 0, sums = subject.expansion == ActionExpansion::width && subject.order > 0;
  const SummedCouplings sum = summed(layout, action.couplings);
  const Vector bare = regulated ? layout.summed(action.unregulated, layout.order()) : Vector();
  write_header(out, subject, degree, regulated);
  for (const int t : shown_tuples(layout.index(degree).size(), length)) {
    out << "  " << std::left << std::setw(column) << tuple_text(subject, degree, t) << std::right;
    for (int order = 0; order <= subject.order; ++order) {
      const Eigen::Index at = layout.offset(order, degree) + t;
      out << std::setw(column) << format_estimate(action.couplings.value[at], action.couplings.error[at]);
    }
    const Eigen::Index place = layout.offset(0, degree) + t;
    if (sums) out << std::setw(column) << format_estimate(sum.value[place], sum.error[place]);
    if (regulated) out << std::setw(column) << (std::isfinite(bare[place]) ? format_number(bare[place], "%.6g") : "impossible");
    out << '\n';
  }
}

/// The largest of the couplings of so many fields at an order, relative to those of the order before.
double growth(const CouplingLayout& layout, const Vector& row, int order, int degree) {
  const Eigen::Index size = layout.index(degree).size();
  return row.segment(layout.offset(order, degree), size).cwiseAbs().maxCoeff() /
         row.segment(layout.offset(order - 1, degree), size).cwiseAbs().maxCoeff();
}

/// Says so if the last order is no smaller than the one before it.
void write_convergence(std::ostream& out, const ActionSubject& subject, const PointAction& action) {
  if (subject.expansion != ActionExpansion::width) return;
  std::string growing;
  for (const int degree : subject.layout.degrees()) {
    if (degree < 2 || subject.order < degree / 2) continue;  // g2 begins at order 0, g4 at order 1, …
    const double factor = growth(subject.layout, action.couplings.value, subject.order, degree);
    if (factor > 0.5) growing += (growing.empty() ? "g" : ", g") + std::to_string(degree) + " x " + format_number(factor, "%.2g");
  }
  if (!growing.empty())
    out << "  SLOW SERIES: from order " << subject.order - 1 << " to " << subject.order << " the largest couplings change by "
        << growing
        << "; modes of small variance are far from Gaussian: wider nets or weaker interactions, fewer or more distant sites "
           "help\n";
}

}  // namespace

std::string action_table(const StoredResult& stored, const ActionSubject& subject, const std::vector<PointAction>& actions,
                         TableLength length) {
  std::ostringstream out;
  out << "S = g0 + sum g2 phi phi + sum g4 phi phi phi phi + ..., contributions by powers of " << expanded_in(stored, subject);
  if (subject.expansion == ActionExpansion::strength) out << " (coefficients; what is left is of order 1/N times the first)";
  out << "\nregulator of G2c: " << mode_regulator_text(subject.regulator) << '\n';
  for (const PointAction& action : actions) {
    out << stored.points()[action.point].name << '\n';
    if (!action.failure.empty()) {
      out << "  NO COUPLINGS: " << action.failure << '\n';
      continue;
    }
    write_modes(out, action, subject.regulator);
    for (const int degree : subject.layout.degrees()) write_degree(out, subject, action, degree, length);
    write_convergence(out, subject, action);
  }
  return out.str();
}

}  // namespace nnft
