#include "nnft/theory/feature_transform.hpp"

#include <algorithm>
#include <vector>

namespace nnft {
namespace {

class NeuronTransform {
 public:
  NeuronTransform(const LegPartitions& legs, int nodes) : legs_(legs), nodes_(nodes) {
    for (const std::vector<int>& block : legs.blocks) largest_ = std::max(largest_, block.size());
  }

  RowMatrix operator()(const FeatureNodes& neuron, const RowMatrix& t) const {
    constexpr Eigen::Index tile = 64, chunk = 256;
    RowMatrix chi = RowMatrix::Zero(static_cast<Eigen::Index>(legs_.blocks.size()) + 1, t.cols());
    for (Eigen::Index begin = 0; begin < neuron.weights.size(); begin += chunk) {
      const Eigen::Index count = std::min(chunk, neuron.weights.size() - begin);
      const std::vector<RowMatrix> products = products_by_size(neuron, begin, count);
      for (Eigen::Index first = 0; first < t.cols(); first += tile) {
        const Eigen::Index points = std::min(tile, t.cols() - first);
        const RowMatrix tau = neuron.features.topRows(nodes_).middleCols(begin, count).transpose() * t.middleCols(first, points);
        add(products, tau, first, chi);
      }
    }
    return chi;
  }

 private:
  /// Weights times products of features, of blocks of each size; size 0: the weights.
  std::vector<RowMatrix> products_by_size(const FeatureNodes& neuron, Eigen::Index begin, Eigen::Index count) const {
    std::vector<RowMatrix> products(largest_ + 1);
    for (std::size_t size = 0; size <= largest_; ++size) {
      const auto rows = size == 0 ? 1 : std::ranges::count_if(legs_.blocks, [&](const auto& b) { return b.size() == size; });
      products[size].resize(rows, count);
      products[size].rowwise() = neuron.weights.segment(begin, count).transpose();
    }
    std::vector<Eigen::Index> next(largest_ + 1, 0);
    for (const std::vector<int>& block : legs_.blocks) {
      const Eigen::Index row = next[block.size()]++;
      for (const int site : block)
        products[block.size()].row(row).array() *= neuron.features.row(nodes_ + site).segment(begin, count).array();
    }
    return products;
  }

  /// E[x^k e^{ixτ}] = i^k He_k(τ) e^{−τ²/2} of x ~ N(0, 1).
  void add(const std::vector<RowMatrix>& products, const RowMatrix& tau, Eigen::Index first, RowMatrix& chi) const {
    RowMatrix hermite = (-0.5 * tau.array().square()).exp(), before = RowMatrix::Zero(tau.rows(), tau.cols());
    for (std::size_t size = 0; size <= largest_; ++size) {
      if (size > 0) {
        const RowMatrix next = tau.cwiseProduct(hermite) - static_cast<double>(size - 1) * before;
        before.swap(hermite);
        hermite = next;
      }
      if (products[size].rows() == 0) continue;
      const RowMatrix sums = products[size] * hermite;
      if (size == 0) {
        chi.bottomRows(1).middleCols(first, tau.cols()) += sums;
        continue;
      }
      Eigen::Index row = 0;
      for (std::size_t block = 0; block < legs_.blocks.size(); ++block)
        if (legs_.blocks[block].size() == size)
          chi.row(static_cast<Eigen::Index>(block)).segment(first, tau.cols()) += sums.row(row++);
    }
  }

  const LegPartitions& legs_;
  Eigen::Index nodes_;
  std::size_t largest_ = 0;
};

}  // namespace

RowMatrix feature_transform(const LegPartitions& legs, const FeatureNodes& neuron, const RowMatrix& t) {
  return NeuronTransform(legs, static_cast<int>(t.rows()))(neuron, t);
}

}  // namespace nnft
