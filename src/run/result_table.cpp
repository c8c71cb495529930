#include "nnft/run/result_table.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iomanip>
#include <set>
#include <sstream>

#include "nnft/core/format.hpp"
#include "nnft/stats/hypothesis.hpp"
#include "nnft/stats/jackknife.hpp"

namespace nnft {
namespace {

constexpr int tuples_in_summary = 5;

/// Positions of the tuples to show: the coincident one first, then spread evenly to the last.
std::set<int> shown_tuples(int size, TableLength length) {
  std::set<int> shown;
  if (length == TableLength::all || size <= tuples_in_summary)
    for (int t = 0; t < size; ++t) shown.insert(t);
  else
    for (int k = 0; k < tuples_in_summary; ++k)
      shown.insert(static_cast<int>(static_cast<long>(size - 1) * k / (tuples_in_summary - 1)));
  return shown;
}

std::string tuple_text(const PackedIndex& index, int t) {
  std::string text;
  for (int leg = 0; leg < index.order(); ++leg) text += (leg > 0 ? " " : "") + std::to_string(index.tuple(t)[leg]);
  return text;
}

std::string number(double value, const char* format) {
  char text[48];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

void write_line(std::ostream& out, const std::string& name, const std::string& sites, const std::string& measured,
                const std::string& exact, const std::string& pull) {
  out << "  " << std::left << std::setw(6) << name << std::setw(18) << sites << std::right << std::setw(20) << measured
      << std::setw(17) << exact << std::setw(8) << pull << '\n';
}

/// How all tuples of an order compare with the exact values.
void write_agreement(std::ostream& out, const CorrelatorRows& rows, const MomentLayout& layout, int order) {
  const Eigen::Index offset = layout.offset(order);
  const Eigen::Index size = layout.index(order).size();
  const Vector error = rows.error.segment(offset, size);
  if (!(error.maxCoeff() > 0.0)) return;
  const Vector deviation = rows.value.segment(offset, size) - rows.exact->segment(offset, size);
  const Vector pulls = (error.array() > 0.0).select(deviation.array() / error.array(), 0.0);
  out << "  all " << size << " G" << order << "c: largest |pull| " << number(pulls.cwiseAbs().maxCoeff(), "%.2f") << ", rms pull "
      << number(std::sqrt(pulls.squaredNorm() / static_cast<double>(size)), "%.2f");
  const Vector relative = error.array() / rows.exact->segment(offset, size).array().abs();
  out << ", relative error " << number(100.0 * relative.minCoeff(), "%.2g") << " to "
      << number(100.0 * relative.maxCoeff(), "%.2g") << " %";
  const RowMatrix leave_one_out =
      present_rows(rows.leave_one_out.rows() > 0 ? RowMatrix(rows.leave_one_out.middleCols(offset, size)) : RowMatrix());
  if (leave_one_out.rows() >= fewest_chi2_blocks) {
    const CorrelatedChi2 test = correlated_chi2(deviation, leave_one_out);
    out << ", chi2/dof " << number(test.chi2, "%.1f") << "/" << test.modes
        << " (leading modes), p = " << number(test.p_value, "%.3g");
  }
  out << '\n';
}

}  // namespace

std::string result_table(const CorrelatorRows& rows, const MomentLayout& layout, TableLength length) {
  std::ostringstream out;
  out << "width " << number(rows.point.width, "%g");
  if (rows.point.strength != 0.0) out << ", strength " << number(rows.point.strength, "%g");
  if (rows.networks > 0) out << ": " << rows.networks << " networks";
  out << '\n';
  write_line(out, "", "sites", rows.networks > 0 ? "measured" : "value", rows.exact ? "exact" : "", rows.exact ? "pull" : "");
  for (const int order : layout.orders()) {
    const PackedIndex& index = layout.index(order);
    for (const int t : shown_tuples(index.size(), length)) {
      const Eigen::Index k = layout.offset(order) + t;
      const double error = rows.error[k];
      const double exact = rows.exact ? (*rows.exact)[k] : 0.0;
      const bool comparable = rows.exact && error > 0.0;
      write_line(out, "G" + std::to_string(order) + "c", tuple_text(index, t), format_estimate(rows.value[k], error),
                 rows.exact ? number(exact, "%.7g") : "", comparable ? number((rows.value[k] - exact) / error, "%+.2f") : "");
    }
    if (rows.exact) write_agreement(out, rows, layout, order);
  }
  return out.str();
}

}  // namespace nnft
