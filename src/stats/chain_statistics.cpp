#include "nnft/stats/chain_statistics.hpp"

#include <bit>
#include <cmath>
#include <vector>

#include "nnft/stats/chain_convergence.hpp"

namespace nnft {
namespace {

/// Columns that hold the sums of an observable and of its square.
struct SumColumns {
  ChainSum sum, squares;
};
constexpr std::array<SumColumns, chain_observables> sum_columns = {
    {{ChainSum::potential, ChainSum::squared_potential},
     {ChainSum::square, ChainSum::squared_square},
     {ChainSum::squared_magnetisation, ChainSum::quartic_magnetisation}}};

/// The sums of chains that have samples.
class Chains {
 public:
  Chains(const SumLayout& layout, const BlockTable& table) : layout_(layout.chain()) {
    std::vector<Eigen::Index> present;
    for (Eigen::Index b = 0; b < table.blocks(); ++b)
      if (table.counts[static_cast<std::size_t>(b)] > 0) present.push_back(b);
    sums_ = table.sums(present, Eigen::seqN(layout.chain_offset(), layout_.summed()));
    samples_.resize(std::ssize(present));
    for (Eigen::Index k = 0; k < samples_.size(); ++k)
      samples_[k] = static_cast<double>(table.counts[static_cast<std::size_t>(present[static_cast<std::size_t>(k)])]);
  }

  Eigen::Index count() const noexcept { return samples_.size(); }

  ObservableStatistics statistics(int observable) const {
    const SumColumns& columns = sum_columns[static_cast<std::size_t>(observable)];
    const Vector sum = sums_.col(ChainLayout::sum(columns.sum)), squares = sums_.col(ChainLayout::sum(columns.squares));
    ObservableStatistics found{};
    found.time = autocorrelation_time(lagged(observable, sum.sum()));
    const double mean = sum.sum() / samples_.sum(), variance = squares.sum() / samples_.sum() - mean * mean;
    found.by_means = autocorrelation_time_of_means(sum.cwiseQuotient(samples_), samples_.mean(), variance);
    found.split_rhat =
        split_rhat(split(observable, sum, squares, [](std::uint64_t slices) { return std::bit_floor(slices / 2); }));
    found.thermalisation = thermalisation_deviation(split(observable, sum, squares, [](std::uint64_t) { return 1u; }));
    found.effective_samples = samples_.sum() / (2.0 * found.reliable().tau);
    return found;
  }

 private:
  LaggedSums lagged(int observable, double sum) const {
    LaggedSums lagged{samples_.sum() / layout_.slice(), layout_.slice(), sum, Vector(), Vector()};
    lagged.products = sums_.middleCols(layout_.lag_products(observable), layout_.lags()).colwise().sum().transpose();
    lagged.edges = sums_.middleCols(layout_.lag_edges(observable), layout_.lags()).colwise().sum().transpose();
    return lagged;
  }

  /// Chains split after first_slices(slices) slices, a power of two or 0; chains that this leaves nothing of do not take part.
  template <class FirstSlices>
  SplitChains split(int observable, const Vector& sum, const Vector& squares, FirstSlices first_slices) const {
    std::vector<Eigen::Index> chains;
    Vector first(count()), first_samples(count());
    for (Eigen::Index k = 0; k < count(); ++k) {
      const auto slices = static_cast<std::uint64_t>(samples_[k]) / static_cast<std::uint64_t>(layout_.slice());
      const std::uint64_t first_part = first_slices(slices);
      if (first_part == 0 || first_part >= slices) continue;
      const int windows = ChainLayout::window_of(first_part - 1) + 1;
      first[k] = sums_.row(k).segment(layout_.window(observable), windows).sum();
      first_samples[k] = static_cast<double>(first_part) * layout_.slice();
      chains.push_back(k);
    }
    return {first(chains), sum(chains) - first(chains), first_samples(chains), samples_(chains) - first_samples(chains),
            squares(chains)};
  }

  const ChainLayout& layout_;
  RowMatrix sums_;
  Vector samples_;
};

}  // namespace

std::optional<ChainStatistics> chain_statistics(const SumLayout& layout, const BlockTable& table) {
  if (!layout.chain().is_chain()) return std::nullopt;
  const Chains chains(layout, table);
  if (chains.count() == 0) return std::nullopt;
  ChainStatistics found{};
  for (int observable = 0; observable < chain_observables; ++observable)
    found[static_cast<std::size_t>(observable)] = chains.statistics(observable);
  return found;
}

}  // namespace nnft
