#include "nnft/action/draw_statistics.hpp"

#include <algorithm>
#include <cmath>

#include "nnft/core/format.hpp"
#include "nnft/stats/chain_convergence.hpp"

namespace nnft {
namespace {

DrawnObservable observable_statistics(const DrawLayout& layout, const RowMatrix& sums, int which) {
  const auto chains = static_cast<double>(sums.rows()), length = static_cast<double>(layout.samples());
  const Vector sum = sums.col(layout.sum(which)), squares = sums.col(layout.squares(which));
  LaggedSums lagged{chains, static_cast<int>(layout.samples()), sum.sum(), Vector(), Vector()};
  lagged.products = sums.middleCols(layout.products(which), layout.lags()).colwise().sum().transpose();
  lagged.edges = sums.middleCols(layout.edges(which), layout.lags()).colwise().sum().transpose();
  DrawnObservable found{};
  found.time = autocorrelation_time(lagged);
  const double mean = sum.mean() / length;
  found.by_means = autocorrelation_time_of_means(sum / length, length, squares.mean() / length - mean * mean);
  const Vector first = sums.col(layout.first_half_sum(which));
  const auto half = static_cast<double>(layout.first_half());
  found.split_rhat = split_rhat(
      {first, sum - first, Vector::Constant(sums.rows(), half), Vector::Constant(sums.rows(), length - half), squares});
  return found;
}

double slowest_pair(const DrawLayout& layout, const RowMatrix& sums) {
  const MomentLayout& moments = layout.moments();
  if (moments.orders().back() < 4) return not_a_number;
  const auto length = static_cast<double>(layout.samples());
  double slowest = 0.0;
  for (int t = 0; t < moments.index(2).size(); ++t) {
    const int a = moments.index(2).tuple(t)[0], b = moments.index(2).tuple(t)[1];
    const Vector means = sums.col(moments.offset(2) + t) / length;
    const double square = sums.col(moments.offset(4) + moments.index(4).position({a, a, b, b})).mean() / length;
    slowest = std::max(slowest, autocorrelation_time_of_means(means, length, square - means.mean() * means.mean()).tau);
  }
  return slowest;
}

}  // namespace

double DrawStatistics::slowest() const {
  double tau = std::isnan(slowest_pair) ? 0.0 : slowest_pair;
  for (const DrawnObservable& found : observables) tau = std::max(tau, found.reliable().tau);
  return tau;
}

DrawStatistics draw_statistics(const DrawLayout& layout, const BlockTable& table) {
  DrawStatistics statistics{};
  for (int which = 0; which < draw_observables; ++which)
    statistics.observables[static_cast<std::size_t>(which)] = observable_statistics(layout, table.sums, which);
  statistics.slowest_pair = slowest_pair(layout, table.sums);
  statistics.angles_per_sample = table.sums.col(layout.tried()).mean() / static_cast<double>(layout.samples());
  return statistics;
}

std::vector<std::string> draw_warnings(const DrawLayout& layout, const DrawStatistics& statistics) {
  std::vector<std::string> warnings;
  // Short chains may make τ anything, below the ½ of independent samples, too.
  const double slowest = std::max(0.5, statistics.slowest()), needed = shortest_chain_in_times * slowest;
  if (static_cast<double>(layout.samples()) < needed)
    warnings.push_back("chains of " + std::to_string(layout.samples()) + " samples are shorter than " +
                       format_number(shortest_chain_in_times, "%.0f") + " tau_int = " + format_number(needed, "%.3g") +
                       ": the error bars cannot be trusted; larger --draw or fewer --blocks");
  for (int which = 0; which < draw_observables; ++which) {
    const double rhat = statistics.observables[static_cast<std::size_t>(which)].split_rhat;
    if (rhat > largest_split_rhat)
      warnings.push_back("chains do not agree on " + std::string(draw_observable_name(which)) + ": split R-hat " +
                         format_number(rhat, "%.3f") + " > " + format_number(largest_split_rhat, "%.2f") +
                         ": they are stuck in different places, and the error bars cannot be trusted");
  }
  return warnings;
}

}  // namespace nnft
