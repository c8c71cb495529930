#include "nnft/run/result_table.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iomanip>
#include <sstream>

#include "nnft/core/format.hpp"
#include "nnft/run/config_values.hpp"
#include "nnft/stats/hypothesis.hpp"
#include "nnft/stats/jackknife.hpp"
#include "run/chain_table.hpp"

namespace nnft {
namespace {

constexpr int tuples_of_derivatives_in_summary = 2;

std::string tuple_text(const PackedIndex& index, int t) {
  std::string text;
  for (int leg = 0; leg < index.order(); ++leg) text += (leg > 0 ? " " : "") + std::to_string(index.tuple(t)[leg]);
  return text;
}

void write_line(std::ostream& out, const std::string& name, const std::string& sites, const std::string& measured,
                const std::string& exact, const std::string& pull) {
  out << "  " << std::left << std::setw(std::max(6, static_cast<int>(name.size()) + 1)) << name << std::setw(18) << sites
      << std::right << std::setw(20) << measured << std::setw(17) << exact << std::setw(8) << pull << '\n';
}

/// One measured number beside its exact value, which is NaN if it is not known.
void write_value(std::ostream& out, const std::string& name, const std::string& sites, double value, double error, double exact) {
  const bool known = !std::isnan(exact);
  write_line(out, name, sites, format_estimate(value, error), known ? format_number(exact, "%.7g") : "",
             known && error > 0.0 ? format_number((value - exact) / error, "%+.2f") : "");
}

/// How all tuples of an order compare with the exact values.
void write_agreement(std::ostream& out, const PointResult& result, const Vector& exact_row, const MomentLayout& layout,
                     int order) {
  const Eigen::Index offset = layout.offset(order);
  const Eigen::Index size = layout.index(order).size();
  const Vector error = result.connected.error.segment(offset, size);
  const Vector exact = exact_row.segment(offset, size);
  if (!(error.maxCoeff() > 0.0) || !exact.allFinite()) return;
  const Vector deviation = result.connected.value.segment(offset, size) - exact;
  const Vector pulls = (error.array() > 0.0).select(deviation.array() / error.array(), 0.0);
  out << "  all " << size << " G" << order << "c: largest |pull| " << format_number(pulls.cwiseAbs().maxCoeff(), "%.2f")
      << ", rms pull " << format_number(std::sqrt(pulls.squaredNorm() / static_cast<double>(size)), "%.2f");
  const Vector relative = error.array() / exact.array().abs();
  out << ", relative error " << format_number(100.0 * relative.minCoeff(), "%.2g") << " to "
      << format_number(100.0 * relative.maxCoeff(), "%.2g") << " %";
  const RowMatrix& rows = result.connected.leave_one_out;
  const RowMatrix leave_one_out = present_rows(rows.rows() > 0 ? RowMatrix(rows.middleCols(offset, size)) : RowMatrix());
  if (leave_one_out.rows() >= fewest_chi2_blocks) {
    const CorrelatedChi2 test = correlated_chi2(deviation, leave_one_out);
    out << ", chi2/dof " << format_number(test.chi2, "%.1f") << "/" << test.modes
        << " (leading modes), p = " << format_number(test.p_value, "%.3g");
  }
  out << '\n';
}

/// The derivatives of each order, as the correlators.
void write_derivatives(std::ostream& out, const PointResult& result, const std::optional<ExactValues>& exact,
                       const SumLayout& layout, TableLength length) {
  for (std::size_t k = 0; k < result.derivatives.size(); ++k)
    for (const int order : layout.moments().orders()) {
      const PackedIndex& index = layout.moments().index(order);
      for (const int t : shown_tuples(index.size(), length, tuples_of_derivatives_in_summary)) {
        const Eigen::Index column = layout.moments().offset(order) + t;
        const bool known = exact && exact->derivatives.rows() > 0;
        const auto row = static_cast<Eigen::Index>(k);
        const double error = result.derivatives[k].error[column];
        // Beside rounding an error bar says nothing.
        const double rounding = result.rounding.size() > 0 ? result.rounding[row] * std::abs(result.full.value[column]) : 0.0;
        write_value(out, "G" + std::to_string(order) + "c_" + layout.derivatives().name(static_cast<int>(k) + 1),
                    tuple_text(index, t), result.derivatives[k].value[column], error > rounding ? error : 0.0,
                    known ? exact->derivatives(row, column) : not_a_number);
      }
    }
}

/// Observables of the box and effective masses.
void write_box(std::ostream& out, const ChainResult& chain, const SumLayout& layout) {
  const std::vector<BoxObservable> observables = box_observables(layout);
  for (std::size_t k = 0; k < observables.size(); ++k)
    if (const auto entry = static_cast<Eigen::Index>(k); observables[k].physical)
      write_value(out, "box", observables[k].name, chain.observables.value[entry], chain.observables.error[entry], not_a_number);
  for (Eigen::Index site = 0; site < chain.effective_mass.value.size(); ++site)
    if (std::isfinite(chain.effective_mass.value[site]))
      write_value(out, "m_eff", std::to_string(site), chain.effective_mass.value[site], chain.effective_mass.error[site],
                  not_a_number);
}

/// How much of the field the histograms see.
void write_histograms(std::ostream& out, const PointResult& result, const HistogramLayout& histograms) {
  if (result.histograms.value.size() == 0) return;
  const std::string range = ": within " + number_text(histograms.bins().range);
  // Where all samples are inside, the error is rounding.
  const auto write = [&](const std::string& name, const std::string& sites, Eigen::Index place) {
    const double error = result.histograms.error[place];
    write_value(out, name, sites + range, result.histograms.value[place], error > 1e-12 ? error : 0.0, not_a_number);
  };
  Eigen::Index integral = histograms.size() + histograms.entries();
  for (int entry = 0; entry < histograms.entries(); ++entry) {
    std::string sites;
    for (const int site : histograms.sites(entry)) sites += (sites.empty() ? "" : " ") + std::to_string(site);
    write("histogram", sites, histograms.size() + entry);
    if (histograms.has_density(entry)) write("density", sites, integral++);
  }
}

/// Which error bars few samples make up.
void write_warnings(std::ostream& out, const PointResult& result, const MomentLayout& layout) {
  if (result.tails.trusted.size() == 0) return;
  for (std::size_t k = 0; k < layout.orders().size(); ++k) {
    const int order = layout.orders()[k];
    const auto trusted = result.tails.trusted.segment(layout.offset(order), layout.index(order).size());
    const auto untrusted = static_cast<long>((trusted.array() == 0.0).count());
    if (untrusted == 0 || result.networks == 0) continue;
    Eigen::Index site = 0;
    const double share = result.tails.variance_share.row(static_cast<Eigen::Index>(k)).maxCoeff(&site);
    if (!(share > largest_trusted_share)) continue;
    out << "  WARNING: heavy tails: the error bars of " << untrusted << " of " << trusted.size() << " G" << order
        << "c cannot be trusted: one network of " << result.networks << " makes up " << format_number(100.0 * share, "%.0f")
        << " % of the variance and " << format_number(100.0 * result.tails.share(static_cast<Eigen::Index>(k), site), "%.1f")
        << " % of the sum of order " << order << " at site " << site << '\n';
  }
}

}  // namespace

std::set<int> shown_tuples(int size, TableLength length, int summary) {
  std::set<int> shown;
  if (length == TableLength::all || size <= summary)
    for (int t = 0; t < size; ++t) shown.insert(t);
  else
    for (int k = 0; k < summary; ++k) shown.insert(static_cast<int>(static_cast<long>(size - 1) * k / (summary - 1)));
  return shown;
}

std::string result_table(const PointResult& result, const std::optional<ExactValues>& exact, const SumLayout& layout,
                         TableLength length) {
  const MomentLayout& moments = layout.moments();
  std::ostringstream out;
  out << result.point.name;
  if (result.networks > 0) out << ": " << result.networks << " networks";
  out << '\n';
  write_line(out, "", "sites", result.networks > 0 ? "measured" : "value", exact ? "exact" : "", exact ? "pull" : "");
  for (const int order : moments.orders()) {
    const PackedIndex& index = moments.index(order);
    for (const int t : shown_tuples(index.size(), length)) {
      const Eigen::Index k = moments.offset(order) + t;
      write_value(out, "G" + std::to_string(order) + "c", tuple_text(index, t), result.connected.value[k],
                  result.connected.error[k], exact ? exact->connected[k] : not_a_number);
    }
    if (exact) write_agreement(out, result, exact->connected, moments, order);
  }
  write_derivatives(out, result, exact, layout, length);
  for (Eigen::Index s = 0; s < layout.sources(); ++s)
    write_value(out, "W", "source " + std::to_string(s), result.generating.value[s], result.generating.error[s],
                exact ? exact->generating[s] : not_a_number);
  write_histograms(out, result, layout.histograms());
  if (result.chain) write_box(out, *result.chain, layout);
  if (result.chain) out << chain_summary(*result.chain, layout);
  write_warnings(out, result, moments);
  return out.str();
}

}  // namespace nnft
