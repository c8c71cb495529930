#include "nnft/theory/few_node_network.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "nnft/core/error.hpp"
#include "nnft/theory/feature_transform.hpp"
#include "nnft/theory/leg_partitions.hpp"
#include "nnft/theory/one_neuron.hpp"
#include "nnft/theory/operator_transform.hpp"
#include "nnft/theory/wave_transform.hpp"

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

WaveNodes gather(const WaveRule& rule, int level, double scale) {
  std::vector<WaveNodes> pieces;
  Eigen::Index count = 0, done = 0;
  rule.visit(level, [&](const WaveNodes& nodes) {
    count += nodes.weights.size();
    pieces.push_back(nodes);
  });
  WaveNodes all{Vector(count), Vector(count), RowMatrix(rule.points, count)};
  for (const WaveNodes& piece : pieces) {
    all.weights.segment(done, piece.weights.size()) = piece.weights;
    all.amplitudes.segment(done, piece.weights.size()) = scale * piece.amplitudes;
    all.angles.middleCols(done, piece.weights.size()) = piece.angles;
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

/// One neuron, its features scaled by σ_a/√N.
struct Neuron {
  FeatureNodes coarse;  ///< good enough to bound the field
  std::function<RowMatrix(const LegPartitions& legs, int level, const RowMatrix& t)> transform;  ///< as feature_transform
  std::function<double(int level)> cost;                                                         ///< operations at each t
};

/// The points of t at which e^{−V} has weight, and the neurons that are left when `legs` of them take a leg.
OperatorTransform relevant(const OperatorTransform& all, const Neuron& neuron, double width, int legs) {
  Eigen::ArrayXd size = all.weights.array().abs();
  const double left = std::max(width - legs, 0.5 * width);
  if (width >= 8.0) size *= neuron.transform({}, 0, all.t).row(0).transpose().array().abs().pow(left);
  std::vector<int> kept;
  for (int k = 0; k < size.size(); ++k)
    if (size[k] > 1e-18 * size.maxCoeff()) kept.push_back(k);
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

void expect_possible(const MomentLayout& layout, int points, const Readout& readout, const FieldOperator& v) {
  if (points != v.nodes() + layout.sites())
    throw ShapeError("few_node_network: expected features of " + std::to_string(v.nodes()) + " nodes and " +
                     std::to_string(layout.sites()) + " sites, got " + std::to_string(points) + " points");
  if (!readout.output.density.is_normal() || readout.output.sigma_out_bias != 0.0)
    throw UsageError("quadrature of field-operator at finite width: expected normal output weights without bias");
  if (!(readout.width >= 1.0) || std::floor(readout.width) != readout.width || !std::isfinite(readout.width))
    throw UsageError("quadrature of field-operator: expected an integer width >= 1, got " + std::to_string(readout.width));
}

FewNodeMoments network_moments(const MomentLayout& layout, const LegPartitions& legs, const Neuron& neuron, double width,
                               const FieldOperator& field_operator, double most_operations) {
  Vector reaches(field_operator.nodes());
  for (Eigen::Index z = 0; z < reaches.size(); ++z) reaches[z] = reach(neuron.coarse, z, width);
  std::vector<OperatorTransform> points;  // of each level
  const QuadratureLevels levels{[&](int level) {
                                  const OperatorTransform& at = points.back();
                                  return combine(layout, legs, neuron.transform(legs, level, at.t), at.weights.array(), width);
                                },
                                [&](int level) {
                                  const OperatorTransform all = operator_transform(field_operator, reaches, 1.0 + 0.1 * level);
                                  points.push_back(relevant(all, neuron, width, layout.orders().back()));
                                  return neuron.cost(level) * static_cast<double>(points.back().weights.size());
                                }};
  return converged_moments(layout, levels, most_operations);
}

}  // namespace

FewNodeMoments few_node_network(const MomentLayout& layout, const NeuronRule& rule, const Readout& readout,
                                const FieldOperator& field_operator, double most_operations) {
  expect_possible(layout, rule.sites, readout, field_operator);
  if (rule.directions_in)
    throw UsageError("quadrature of field-operator with " + rule.name + ": expected features that are not homogeneous");
  const double scale = readout.output.sigma_out / std::sqrt(readout.width);
  const LegPartitions legs = leg_partitions(layout);
  const Neuron neuron{gather(rule, 0, scale),
                      [&](const LegPartitions& of, int level, const RowMatrix& t) {
                        return feature_transform(of, gather(rule, level, scale), t);
                      },
                      [&](int level) {
                        return rule.nodes(level) *
                               (60.0 + 8.0 * layout.orders().back() + 2.0 * static_cast<double>(legs.blocks.size()));
                      }};
  return network_moments(layout, legs, neuron, readout.width, field_operator, most_operations);
}

FewNodeMoments few_node_network(const MomentLayout& layout, const WaveRule& rule, const Readout& readout,
                                const FieldOperator& field_operator, double most_operations) {
  expect_possible(layout, rule.points, readout, field_operator);
  const double scale = readout.output.sigma_out / std::sqrt(readout.width);
  const LegPartitions legs = leg_partitions(layout);
  const Neuron neuron{
      gather(with_phases(rule), 0, scale),
      [&](const LegPartitions& of, int level, const RowMatrix& t) { return wave_transform(of, gather(rule, level, scale), t); },
      [&](int level) {
        const double order = layout.orders().back();
        return rule.nodes(level) * order * (50.0 + 2.0 * static_cast<double>(legs.blocks.size()));
      }};
  return network_moments(layout, legs, neuron, readout.width, field_operator, most_operations);
}

}  // namespace nnft
