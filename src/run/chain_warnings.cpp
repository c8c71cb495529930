#include "nnft/run/chain_warnings.hpp"

#include <algorithm>
#include <cmath>

#include "nnft/core/format.hpp"
#include "nnft/stats/chain_convergence.hpp"
#include "nnft/stats/hypothesis.hpp"

namespace nnft {
namespace {

/// Chains that have samples, and how many samples the shortest has.
struct ChainLengths {
  int chains = 0;
  double shortest = 0.0;

  explicit ChainLengths(const BlockTable& table) {
    for (const std::int64_t count : table.counts) {
      if (count == 0) continue;
      const auto samples = static_cast<double>(count);
      shortest = chains == 0 ? samples : std::min(shortest, samples);
      ++chains;
    }
  }
};

void add_warnings(std::vector<std::string>& warnings, const ObservableStatistics& found, const std::string& name,
                  const ChainLengths& lengths) {
  const double tau = found.reliable().tau;
  const bool short_chains = lengths.shortest < shortest_trusted_chain * tau;
  // Long chains tell tau by their means.
  if (!found.time.window_fits && short_chains)
    warnings.push_back("the autocorrelations of " + name + " reach beyond the lags that are summed (tau_int > " +
                       format_number(found.time.tau, "%.3g") + "; about " + format_number(tau, "%.3g") +
                       " from the scatter between chains): larger run.slice or more sampling.updates");
  if (short_chains)
    warnings.push_back("chains of " + format_number(lengths.shortest, "%.0f") + " samples are shorter than " +
                       format_number(shortest_trusted_chain, "%.0f") + " tau_int of " + name + " = " +
                       format_number(shortest_trusted_chain * tau, "%.3g") + ": fewer blocks or more networks");
  if (found.split_rhat > largest_split_rhat)
    warnings.push_back("chains do not agree on " + name + ": split R-hat " + format_number(found.split_rhat, "%.3f") + " > " +
                       format_number(largest_split_rhat, "%.2f"));
  if (lengths.chains >= 2 && student_p_value(found.thermalisation, lengths.chains - 1.0) < thermalisation_refused_below)
    warnings.push_back("the first slice of the chains differs from the rest in " + name + " by " +
                       format_number(found.thermalisation, "%+.1f") + " standard errors: more sampling.thermalisation");
}

}  // namespace

const char* chain_observable_name(int observable) noexcept {
  switch (static_cast<ChainObservable>(observable)) {
    case ChainObservable::potential:
      return "V";
    case ChainObservable::square:
      return "F";
    case ChainObservable::zero_mode:
      break;
  }
  return "m^2";
}

std::vector<std::string> chain_warnings(const SumLayout& layout, const BlockTable& table, const ChainResult& result) {
  std::vector<std::string> warnings;
  const ChainLengths lengths(table);
  if (!result.observables.value.allFinite())
    warnings.emplace_back("the field grows beyond all numbers: V or its moments are not finite");
  if (result.statistics)
    for (int k = 0; k < chain_observables; ++k)
      add_warnings(warnings, (*result.statistics)[static_cast<std::size_t>(k)], chain_observable_name(k), lengths);
  if (!layout.chain().is_chain() && !(result.weight_efficiency >= least_weight_efficiency))
    warnings.push_back("the weights leave " + format_number(100.0 * result.weight_efficiency, "%.2g") +
                       " % of the samples effective, less than " + format_number(100.0 * least_weight_efficiency, "%.0f") +
                       " %: sample with a Markov chain (sampling.method)");
  return warnings;
}

}  // namespace nnft
