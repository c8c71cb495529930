#include "nnft/run/correlators_table.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <iomanip>
#include <sstream>

#include "nnft/core/format.hpp"
#include "nnft/run/config_values.hpp"

namespace nnft {
namespace {

std::string sites_text(const PackedIndex& index, int t) {
  std::string text;
  for (int leg = 0; leg < index.order(); ++leg) text += (leg > 0 ? " " : "") + std::to_string(index.tuple(t)[leg]);
  return text;
}

void write_line(std::ostream& out, const std::string& name, const std::string& sites, const std::array<std::string, 3>& numbers) {
  out << "  " << std::left << std::setw(6) << name << std::setw(18) << sites << std::right << std::setw(20) << numbers[0]
      << std::setw(20) << numbers[1] << std::setw(8) << numbers[2] << '\n';
}

/// Difference of a tuple in standard errors of both; NaN where the source is not known.
double pull(const DrawnPoint& point, const StoredCorrelator& source, Eigen::Index column, int t) {
  if (source.value.size() == 0) return not_a_number;
  return (point.connected.value[column] - source.value[t]) / std::hypot(point.connected.error[column], source.error[t]);
}

void write_order(std::ostream& out, const DrawnPoint& point, const MomentLayout& moments, std::size_t k, TableLength length) {
  const int order = moments.orders()[k];
  const PackedIndex& index = moments.index(order);
  const StoredCorrelator& source = point.source[k];
  double largest = 0.0, squares = 0.0;
  for (int t = 0; t < index.size(); ++t) {
    const double here = pull(point, source, moments.offset(order) + t, t);
    largest = std::max(largest, std::abs(here));
    squares += here * here;
  }
  for (const int t : shown_tuples(index.size(), length)) {
    const Eigen::Index column = moments.offset(order) + t;
    const bool known = source.value.size() > 0;
    write_line(out, "G" + std::to_string(order) + "c", sites_text(index, t),
               {format_estimate(point.connected.value[column], point.connected.error[column]),
                known ? format_estimate(source.value[t], source.error[t]) : "",
                known ? format_number(pull(point, source, column, t), "%+.2f") : ""});
  }
  if (source.value.size() > 0)
    out << "  all " << index.size() << " G" << order << "c: largest |difference| " << format_number(largest, "%.2f")
        << " errors, rms " << format_number(std::sqrt(squares / index.size()), "%.2f") << '\n';
}

void write_chains(std::ostream& out, const DrawnPoint& point) {
  const DrawStatistics& statistics = *point.statistics;
  if (point.lowest_action < 0.0) {
    out << "  lowest action found: S = " << format_number(point.lowest_action, "%.4g") << " at phi =";
    for (const double phi : point.schedule.other_start) out << ' ' << format_number(phi, "%.3g");
    out << " and its negative, where half of the chains start\n";
  }
  out << "  chains: slices around the " << to_string(*point.reference) << ", " << point.schedule.updates_per_sample
      << (point.schedule.updates_per_sample == 1 ? " update" : " updates") << " per sample after "
      << point.schedule.thermalisation << ", " << format_number(statistics.angles_per_sample, "%.3g") << " angles per sample\n"
      << "          tau_int ";
  double rhat = 0.0;
  for (int which = 0; which < draw_observables; ++which) {
    const DrawnObservable& found = statistics.observables[static_cast<std::size_t>(which)];
    out << (which > 0 ? ", " : "") << draw_observable_name(which) << " "
        << format_estimate(found.reliable().tau, found.reliable().error);
    if (!(found.split_rhat <= rhat)) rhat = found.split_rhat;
  }
  out << " samples, slowest pair " << format_number(statistics.slowest_pair, "%.3g") << "; split R-hat at most "
      << format_number(rhat, "%.4f") << '\n';
  for (const std::string& warning : point.warnings) out << "  WARNING: " << warning << '\n';
}

}  // namespace

std::string correlators_table(const StoredAction& stored, const DrawRequest& request, const std::vector<DrawnPoint>& points,
                              TableLength length) {
  const MomentLayout moments(stored.sites(), request.measured);
  std::ostringstream out;
  out << "fields drawn from e^-S, couplings to order " << request.order << " in " << stored.expanded_in();
  if (stored.expanded_in_strength()) out << " = " << number_text(request.strength);
  out << "\n\n";
  for (const DrawnPoint& point : points) {
    out << (point.point.name.empty() ? "the only scan point" : point.point.name);
    if (!point.refused.empty()) {
      out << ": REFUSED: " << point.refused << "\n\n";
      continue;
    }
    out << ": " << point.samples << " fields in " << request.blocks << " chains\n";
    const bool known = std::ranges::any_of(point.source, [](const StoredCorrelator& source) { return source.value.size() > 0; });
    write_line(out, "", "sites", {"drawn", known ? "action is from" : "", known ? "errors" : ""});
    for (std::size_t k = 0; k < request.measured.size(); ++k) write_order(out, point, moments, k, length);
    write_chains(out, point);
    out << '\n';
  }
  return out.str();
}

}  // namespace nnft
