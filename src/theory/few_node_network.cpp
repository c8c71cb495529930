#include "nnft/theory/few_node_network.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "nnft/core/error.hpp"
#include "nnft/theory/leg_partitions.hpp"
#include "nnft/theory/one_neuron.hpp"
#include "nnft/theory/operator_transform.hpp"

namespace nnft {
namespace {

constexpr double most_numbers = 2e8;

/// All nodes of a level in one piece. @param scale of the features.
FeatureNodes gather(const NeuronRule& rule, int level, double scale) {
  std::vector<FeatureNodes> pieces;
  Eigen::Index count = 0, done = 0;
  rule.visit(level, [&](const FeatureNodes& nodes) {
    count += nodes.weights.size();
    if (static_cast<double>(count) * rule.sites > most_numbers)
      throw UsageError("quadrature of field-operator with " + rule.name +
                       ": needs too many nodes; expected fewer distinct points");
    pieces.push_back(nodes);
  });
  FeatureNodes all{Vector(count), RowMatrix(rule.sites, count)};
  for (const FeatureNodes& piece : pieces) {
    all.weights.segment(done, piece.weights.size()) = piece.weights;
    all.features.middleCols(done, piece.weights.size()) = scale * piece.features;
    done += piece.weights.size();
  }
  return all;
}

/// |φ| that the sum of `width` neurons a·h, a ~ N(0, 1), exceeds with a probability below e^{−42}: Chernoff's bound.
double reach(const FeatureNodes& neuron, Eigen::Index point, double width) {
  const Eigen::ArrayXd square = neuron.features.row(point).transpose().array().square();
  const double deviation = std::sqrt(width * neuron.weights.dot(square.matrix()));
  double least = std::numeric_limits<double>::infinity();
  for (double s = 0.3 / deviation; s < 60.0 / deviation; s *= 1.1)
    least = std::min(least, (width * std::log(neuron.weights.dot((0.5 * s * s * square).exp().matrix())) + 42.0) / s);
  return least;
}

/// χ_B(t)/i^|B| of every block B at every t, then χ(t): shape (blocks + 1, points of t).
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

/// The points of t at which neither e^{−V} nor half of the neurons have no weight left.
OperatorTransform relevant(const OperatorTransform& all, const FeatureNodes& neuron, double width) {
  if (width < 8.0) return all;
  const RowMatrix chi = NeuronTransform({}, static_cast<int>(all.t.rows()))(neuron, all.t);
  const Eigen::ArrayXd size = all.weights.array().abs() * chi.row(0).transpose().array().abs().pow(0.5 * width);
  std::vector<int> kept;
  for (int k = 0; k < size.size(); ++k)
    if (size[k] > 1e-19 * size.maxCoeff()) kept.push_back(k);
  return {all.t(Eigen::all, kept), all.weights(kept)};
}

double falling_factorial(double width, std::size_t factors) {
  double product = 1.0;
  for (std::size_t k = 0; k < factors; ++k) product *= width - static_cast<double>(k);
  return product;
}

FewNodeMoments combine(const MomentLayout& layout, const LegPartitions& legs, const RowMatrix& chi, const Eigen::ArrayXd& weights,
                       double width) {
  const Eigen::ArrayXd one = chi.bottomRows(1).transpose().array();
  const Eigen::ArrayXd power = weights * one.pow(width);
  const double normalisation = power.sum();
  if (!(power.abs().sum() < 1e5 * normalisation))
    throw UsageError("quadrature of field-operator: the wells of V are so deep that digits cancel; expected a smaller mu2");
  Eigen::ArrayXXd ratios(chi.cols(), chi.rows() - 1);
  for (Eigen::Index block = 0; block + 1 < chi.rows(); ++block) ratios.col(block) = chi.row(block).transpose().array() / one;
  FewNodeMoments moments{Vector(layout.size()), Vector(layout.size())};
  std::size_t row = 0;
  for (const int order : layout.orders())
    for (int t = 0; t < layout.index(order).size(); ++t, ++row) {
      Eigen::ArrayXd sum = Eigen::ArrayXd::Zero(power.size());
      for (const LegPartitions::Term& term : legs.rows[row]) {
        const double factor = term.count * falling_factorial(width, term.blocks.size());
        if (factor == 0.0) continue;
        Eigen::ArrayXd product = factor * ratios.col(term.blocks.front());
        for (std::size_t block = 1; block < term.blocks.size(); ++block) product *= ratios.col(term.blocks[block]);
        sum += product;
      }
      const double sign = order % 4 == 0 ? 1.0 : -1.0;
      moments.full[static_cast<Eigen::Index>(row)] = sign * (sum * power).sum() / normalisation;
    }
  moments.connected = connected_from_full(layout, moments.full);
  return moments;
}

void expect_possible(const MomentLayout& layout, const NeuronRule& rule, const Readout& readout, const FieldOperator& v) {
  if (rule.sites != v.nodes() + layout.sites())
    throw ShapeError("few_node_network: expected features of " + std::to_string(v.nodes()) + " nodes and " +
                     std::to_string(layout.sites()) + " sites, got " + std::to_string(rule.sites) + " points");
  if (!readout.output.density.is_normal() || readout.output.sigma_out_bias != 0.0)
    throw UsageError("quadrature of field-operator at finite width: expected normal output weights without bias");
  if (!(readout.width >= 1.0) || std::floor(readout.width) != readout.width || !std::isfinite(readout.width))
    throw UsageError("quadrature of field-operator: expected an integer width >= 1, got " + std::to_string(readout.width));
  if (rule.directions_in)
    throw UsageError("quadrature of field-operator with " + rule.name + ": expected features that are not homogeneous");
}

}  // namespace

FewNodeMoments few_node_network(const MomentLayout& layout, const NeuronRule& rule, const Readout& readout,
                                const FieldOperator& field_operator) {
  expect_possible(layout, rule, readout, field_operator);
  const double scale = readout.output.sigma_out / std::sqrt(readout.width);
  const FeatureNodes coarse = gather(rule, 0, scale);
  Vector reaches(field_operator.nodes());
  for (Eigen::Index z = 0; z < reaches.size(); ++z) reaches[z] = reach(coarse, z, readout.width);
  const LegPartitions legs = leg_partitions(layout);
  const NeuronTransform transform(legs, field_operator.nodes());
  const auto points = [&](int level) {
    return relevant(operator_transform(field_operator, reaches, 1.0 + 0.1 * level), coarse, readout.width);
  };
  return converged_moments(
      layout,
      [&](int level) {
        const OperatorTransform at = points(level);
        return combine(layout, legs, transform(gather(rule, level, scale), at.t), at.weights.array(), readout.width);
      },
      [&](int level) {
        return rule.nodes(level) * static_cast<double>(points(level).weights.size()) *
               (8.0 * layout.orders().back() + 2.0 * static_cast<double>(legs.blocks.size()));
      });
}

}  // namespace nnft
