#pragma once
// φ⁴ theory with its operator on one node: site 0 is the node, site 1 is correlated with it by a Gaussian kernel. All that the
// samplers of a field-operator sum up, by Markov chains or weights, from formulas written out anew.
#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <random>
#include <vector>

#include "nnft/stats/block_table.hpp"
#include "nnft/stats/sum_layout.hpp"
#include "nnft/stats/sum_tree.hpp"

namespace nnft::test {

struct OneNodeTheory {
  double lambda = 10.0;
  double mu2 = 0.0;
  std::array<double, 3> kernel = {0.46, 0.2, 0.5};  ///< K of (0,0), (0,1), (1,1)

  Vector kernel_row() const { return Eigen::Map<const Vector>(kernel.data(), 3); }
  double potential(double phi) const { return lambda / 24.0 * std::pow(phi, 4) - 0.5 * mu2 * phi * phi; }
  /// The order-th derivative of V, order 1 … 4.
  double derivative(double phi, int order) const {
    switch (order) {
      case 1:
        return lambda / 6.0 * std::pow(phi, 3) - mu2 * phi;
      case 2:
        return lambda / 2.0 * phi * phi - mu2;
      case 3:
        return lambda * phi;
      default:
        return lambda;
    }
  }
  /// G(x, node).
  double to_node(int site) const { return kernel[static_cast<std::size_t>(site)]; }
  double slope() const { return kernel[1] / kernel[0]; }

  /// ⟨φ₀^power⟩ by the trapezoidal rule, which converges exponentially here.
  double moment(int power) const {
    double sum = 0.0, norm = 0.0;
    for (int k = -4000; k <= 4000; ++k) {
      const double phi = 0.002 * k, weight = std::exp(-phi * phi / (2.0 * kernel[0]) - potential(phi));
      norm += weight;
      sum += weight * std::pow(phi, power);
    }
    return sum / norm;
  }
  /// G2c and G4c of the layout with two sites and orders 2 and 4.
  Vector connected(const MomentLayout& layout) const {
    const double second = moment(2), fourth = moment(4) - 3.0 * second * second, a = slope();
    Vector all(layout.size());
    all.head(3) << second, a * second, a * a * second + kernel[2] - a * kernel[1];
    for (int t = 0; t < layout.index(4).size(); ++t) {
      const int* tuple = layout.index(4).tuple(t);
      all[layout.offset(4) + t] = fourth * std::pow(a, std::accumulate(tuple, tuple + 4, 0));
    }
    return all;
  }
};

/// Y_A of 0 … 4 starred legs at the node: the sum over their partitions of Π (−∂^|B| V). Legs elsewhere multiply by G(x, node).
inline std::array<double, 5> schwinger_dyson(const OneNodeTheory& theory, double phi) {
  constexpr int choose[4][4] = {{1, 0, 0, 0}, {1, 1, 0, 0}, {1, 2, 1, 0}, {1, 3, 3, 1}};
  std::array<double, 5> y = {1.0, 0.0, 0.0, 0.0, 0.0};
  for (int n = 1; n <= 4; ++n)  // the first leg is in a block with k others
    for (int k = 0; k < n; ++k)
      y[static_cast<std::size_t>(n)] -= choose[n - 1][k] * theory.derivative(phi, k + 1) * y[static_cast<std::size_t>(n - 1 - k)];
  return y;
}

/// A sample and what follows from it.
struct OneNodeSample {
  const OneNodeTheory& theory;
  std::array<double, 2> phi;
  std::array<double, 5> y = schwinger_dyson(theory, phi[0]);

  /// The monomial of some legs of which those in the set are starred.
  double monomial(const int* legs, int order, unsigned set) const {
    double product = y[static_cast<std::size_t>(std::popcount(set))];
    for (int k = 0; k < order; ++k) product *= set >> k & 1u ? theory.to_node(legs[k]) : phi[static_cast<std::size_t>(legs[k])];
    return product;
  }
};

/// Adds a sample with a weight to a row, but lags, windows and series. @param left_out a set of legs that is forgotten, or 0.
inline void add_sample(const OneNodeTheory& theory, const SumLayout& layout, const std::array<double, 2>& phi, double weight,
                       double* row, unsigned left_out = 0) {
  const MomentLayout& moments = layout.moments();
  const ChainLayout& chain = layout.chain();
  const OneNodeSample sample{theory, phi};
  double* columns = row + layout.chain_offset();
  for (int p = 0; p < moments.index(2).size(); ++p) {
    const int* legs = moments.index(2).tuple(p);
    row[p] += weight * sample.monomial(legs, 2, 0);
    for (unsigned set = 1; chain.improved() && set < 4; ++set)
      columns[chain.starred_pairs(static_cast<int>(set) - 1) + p] += weight * sample.monomial(legs, 2, set);
  }
  constexpr std::array<double, 5> sets = {1.0, 4.0, 6.0, 4.0, 1.0};
  for (int q = 0; q < moments.index(4).size(); ++q) {
    const int* legs = moments.index(4).tuple(q);
    row[moments.offset(4) + q] += weight * sample.monomial(legs, 4, 0);
    for (unsigned set = 1; chain.improved() && set < 16; ++set) {
      const int size = std::popcount(set);
      if (set != left_out)
        columns[chain.starred_quads(size) + q] += weight * sample.monomial(legs, 4, set) / sets[static_cast<std::size_t>(size)];
    }
  }
  for (int s = 0; s < layout.sources(); ++s) row[layout.source_offset() + s] += weight * std::cosh(0.5 * phi[0]);
  for (int site = 0; site < 2; ++site) {
    const double square = std::pow(phi[static_cast<std::size_t>(site)], 2);
    for (int power = 1; power <= layout.powers(); ++power)
      row[layout.power_offset(power) + site] += weight * std::pow(square, power);
    double& largest = row[layout.maxima_offset() + site];
    largest = std::max(largest, square);
  }
  const double v = theory.potential(phi[0]), f = phi[0] * phi[0];  // w = volume = 1: m = φ₀
  const std::array<double, chain_sums> of_sample = {1.0, weight, 1.0, v, v * v, f, f * f, std::abs(phi[0]), f, f * f};
  for (int k = 0; k < chain_sums; ++k) columns[k] += weight * of_sample[static_cast<std::size_t>(k)];
  columns[chain.profile(2)] += weight * f;
  columns[chain.profile(4)] += weight * f * f;
}

/// A Markov chain: Metropolis steps of φ₀, φ₁ redrawn for every sample.
class OneNodeChain {
 public:
  OneNodeChain(const OneNodeTheory& theory, const SumLayout& layout, std::uint64_t seed, double start = 0.0)
      : theory_(theory), layout_(layout), engine_(seed), phi_(start) {
    for (int k = 0; start == 0.0 && k < 400; ++k) metropolis();
  }

  int steps_per_sample = 8;
  double step = 1.2;
  unsigned left_out = 0;

  /// The next slice of the chain.
  SumNode slice() {
    std::vector<double> row(static_cast<std::size_t>(layout_.size()), 0.0);
    const ChainLayout& chain = layout_.chain();
    const int samples = chain.slice();
    std::array<std::vector<double>, chain_observables> history;
    std::vector<double> magnetisation;
    std::normal_distribution<double> normal;
    for (int t = 0; t < samples; ++t) {
      for (int k = 0; k < steps_per_sample; ++k) metropolis();
      const double spread = std::sqrt(theory_.kernel[2] - theory_.slope() * theory_.kernel[1]);
      add_sample(theory_, layout_, {phi_, theory_.slope() * phi_ + spread * normal(engine_)}, 1.0, row.data(), left_out);
      history[0].push_back(theory_.potential(phi_));
      history[1].push_back(phi_ * phi_);
      history[2].push_back(phi_ * phi_);
      magnetisation.push_back(phi_);
    }
    double* columns = row.data() + layout_.chain_offset();
    for (int k = 0; k < chain_observables; ++k) {
      const std::vector<double>& x = history[static_cast<std::size_t>(k)];
      for (int l = 0; l < chain.lags(); ++l) {
        for (int t = 0; t + l < samples; ++t)
          columns[chain.lag_products(k) + l] += x[static_cast<std::size_t>(t)] * x[static_cast<std::size_t>(t + l)];
        for (int t = 0; t < l; ++t)
          columns[chain.lag_edges(k) + l] += x[static_cast<std::size_t>(t)] + x[static_cast<std::size_t>(samples - 1 - t)];
      }
      columns[chain.window(k) + ChainLayout::window_of(slice_)] = std::accumulate(x.begin(), x.end(), 0.0);
      const std::vector<double>& shown = k == 2 ? magnetisation : x;
      for (int t = 0; slice_ == 0 && t < chain.series(); ++t) columns[chain.series(k) + t] = shown[static_cast<std::size_t>(t)];
    }
    row[static_cast<std::size_t>(layout_.state_offset())] = phi_;
    return {0, slice_++, std::move(row)};
  }

 private:
  void metropolis() {
    std::uniform_real_distribution<double> uniform;
    const double next = phi_ + step * (2.0 * uniform(engine_) - 1.0);
    const auto action = [&](double phi) { return phi * phi / (2.0 * theory_.kernel[0]) + theory_.potential(phi); };
    if (uniform(engine_) < std::exp(action(phi_) - action(next))) phi_ = next;
  }

  OneNodeTheory theory_;
  const SumLayout& layout_;
  std::mt19937_64 engine_;
  double phi_;
  std::uint64_t slice_ = 0;
};

/// So many slices of each chain; chain b has the seed first_seed + b.
struct ChainRun {
  int blocks = 64;
  int slices = 16;
  std::uint64_t first_seed = 1;
};

inline BlockTable one_node_table(const OneNodeTheory& theory, const SumLayout& layout, const ChainRun& run, double start = 0.0,
                                 unsigned left_out = 0) {
  BlockTable table(run.blocks, layout.size());
  for (int b = 0; b < run.blocks; ++b) {
    OneNodeChain chain(theory, layout, run.first_seed + static_cast<std::uint64_t>(b), start);
    chain.left_out = left_out;
    if (start != 0.0) chain.step = 0.05;
    SumTree tree(layout.rule());
    for (int s = 0; s < run.slices; ++s) tree.add(chain.slice());
    const std::vector<double> total = tree.total(static_cast<std::size_t>(layout.size()));
    table.sums.row(b) = Eigen::Map<const Eigen::RowVectorXd>(total.data(), std::ssize(total));
    table.counts[static_cast<std::size_t>(b)] = static_cast<std::int64_t>(run.slices) * layout.chain().slice();
  }
  return table;
}

}  // namespace nnft::test
