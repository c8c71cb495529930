#include "nnft/field/node_grid.hpp"

#include <cmath>
#include <string>

#include "nnft/core/error.hpp"
#include "nnft/core/quadrature.hpp"

namespace nnft {
namespace {

/// per_direction^dimension, or more than most_nodes.
double node_count(int dimension, int per_direction) { return std::pow(static_cast<double>(per_direction), dimension); }

}  // namespace

std::string_view to_string(NodeRule rule) noexcept { return rule == NodeRule::midpoint ? "midpoint" : "gauss-legendre"; }

const std::vector<NodeRule>& all_node_rules() noexcept {
  static const std::vector<NodeRule> rules = {NodeRule::gauss_legendre, NodeRule::midpoint};
  return rules;
}

NodeGrid::NodeGrid(int dimension, double box, int per_direction, NodeRule rule) : dimension_(dimension), box_(box), size_(1) {
  if (dimension < 1 || per_direction < 1 || !(box > 0.0) || !std::isfinite(box))
    throw UsageError("NodeGrid: expected at least one dimension, one node and a box > 0, got " + std::to_string(dimension) +
                     ", " + std::to_string(per_direction) + ", " + std::to_string(box));
  if (node_count(dimension, per_direction) > most_nodes)
    throw UsageError("NodeGrid: expected at most " + std::to_string(most_nodes) + " nodes, got " + std::to_string(per_direction) +
                     " in each of " + std::to_string(dimension) + " directions");
  for (int j = 0; j < dimension; ++j) size_ *= per_direction;
  const QuadratureRule unit = rule == NodeRule::gauss_legendre ? gauss_legendre(per_direction) : QuadratureRule{};
  for (int k = 0; k < per_direction; ++k) {
    const auto place = static_cast<std::size_t>(k);
    axis_.push_back(rule == NodeRule::midpoint ? box * (k + 0.5) / per_direction : 0.5 * box * (1.0 + unit.nodes[place]));
    axis_weights_.push_back(rule == NodeRule::midpoint ? box / per_direction : 0.5 * box * unit.weights[place]);
  }
}

double NodeGrid::volume() const noexcept {
  double volume = 1.0;
  for (int j = 0; j < dimension_; ++j) volume *= box_;
  return volume;
}

RowMatrix NodeGrid::coordinates() const {
  RowMatrix nodes(size_, dimension_);
  const auto each = static_cast<int>(axis_.size());
  for (int z = 0; z < size_; ++z)
    for (int j = dimension_ - 1, rest = z; j >= 0; --j, rest /= each) nodes(z, j) = axis_[static_cast<std::size_t>(rest % each)];
  return nodes;
}

Vector NodeGrid::weights() const {
  Vector weights(size_);
  const auto each = static_cast<int>(axis_.size());
  for (int z = 0; z < size_; ++z) {
    double weight = 1.0;
    for (int j = 0, rest = z; j < dimension_; ++j, rest /= each) weight *= axis_weights_[static_cast<std::size_t>(rest % each)];
    weights[z] = weight;
  }
  return weights;
}

}  // namespace nnft
