#include "run/chain_table.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <limits>
#include <sstream>

#include "nnft/core/format.hpp"
#include "nnft/run/chain_warnings.hpp"
#include "nnft/stats/minimum_variance.hpp"

namespace nnft {
namespace {

/// `V 0.52(3), F 0.61(4), m^2 0.50(1)`.
std::string of_each(const ChainStatistics& statistics, const std::function<std::string(const ObservableStatistics&)>& text) {
  std::string all;
  for (int k = 0; k < chain_observables; ++k)
    all += std::string(k > 0 ? ", " : "") + chain_observable_name(k) + " " + text(statistics[static_cast<std::size_t>(k)]);
  return all;
}

void write_statistics(std::ostream& out, const ChainResult& chain, const SumLayout& layout) {
  const ChainStatistics& statistics = *chain.statistics;
  out << "  chains: tau_int " << of_each(statistics, [](const ObservableStatistics& found) {
    return format_estimate(found.reliable().tau, found.reliable().error);
  }) << " samples\n";
  double effective = std::numeric_limits<double>::infinity(), rhat = 0.0;
  for (const ObservableStatistics& found : statistics) {
    effective = std::min(effective, found.effective_samples);
    if (!(found.split_rhat <= rhat)) rhat = found.split_rhat;
  }
  out << "          at least " << format_number(effective, "%.3g") << " effective samples, split R-hat "
      << (std::isnan(rhat) ? "unknown (one slice in a chain)" : "at most " + format_number(rhat, "%.4f")) << ", acceptance "
      << format_number(chain.observables.value[std::ssize(box_observables(layout)) - 1], "%.3f") << '\n';
  if (!std::isnan(statistics[0].thermalisation))
    out << "          first slice against the rest, in standard errors: "
        << of_each(statistics, [](const ObservableStatistics& found) { return format_number(found.thermalisation, "%+.1f"); })
        << '\n';
}

/// By how much the variance of the correlators fell.
void write_improvement(std::ostream& out, const ChainResult& chain, const MomentLayout& moments) {
  std::string text;
  for (const int order : moments.orders()) {
    if (order > 4) break;
    Vector reduction = chain.variance_reduction.segment(moments.offset(order), moments.index(order).size());
    if (reduction.size() == 0 || !(reduction.array() == reduction.array()).all()) continue;
    std::sort(reduction.begin(), reduction.end());
    if (!reduction.allFinite() || reduction.maxCoeff() == 1.0) continue;
    text += (text.empty() ? "of G" : ", of G") + std::to_string(order) + "c by " +
            format_number(reduction[reduction.size() / 2], "%.3g") + " (" + format_number(reduction[0], "%.3g") + " to " +
            format_number(reduction[reduction.size() - 1], "%.3g") + ")";
  }
  if (!text.empty()) out << "  improved estimators cut the variance " << text << '\n';
  if (const auto blocks = chain.plain.leave_one_out.rows(); blocks > 0 && blocks < fewest_combined_blocks)
    out << "  fewer than " << fewest_combined_blocks << " blocks: correlators are the plain ones, not improved\n";
}

}  // namespace

std::string chain_summary(const ChainResult& chain, const SumLayout& layout) {
  std::ostringstream out;
  if (chain.statistics)
    write_statistics(out, chain, layout);
  else
    out << "  weights: " << format_number(100.0 * chain.weight_efficiency, "%.3g") << " % of the samples are effective\n";
  if (layout.chain().improved()) write_improvement(out, chain, layout.moments());
  for (const std::string& warning : chain.warnings) out << "  WARNING: " << warning << '\n';
  return out.str();
}

}  // namespace nnft
