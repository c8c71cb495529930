#pragma once
/// @file The nodes at which a local operator is evaluated: a quadrature rule of the box [0, L]^d.

#include <string_view>
#include <vector>

#include "nnft/core/types.hpp"

namespace nnft {

/// The rule in each direction.
enum class NodeRule { gauss_legendre, midpoint };

std::string_view to_string(NodeRule rule) noexcept;
const std::vector<NodeRule>& all_node_rules() noexcept;

/// A tensor product of one rule in d directions: ∫_[0,L]^d f ≈ Σ_z w_z f(z). The nodes define the theory. Lengths in units of the
/// sites' coordinates.
class NodeGrid {
 public:
  /// @param per_direction nodes in each direction. @throws UsageError unless dimension, per_direction >= 1, box > 0 is finite and
  /// there are at most most_nodes nodes.
  NodeGrid(int dimension, double box, int per_direction, NodeRule rule);

  static constexpr int most_nodes = 1 << 16;
  static constexpr int most_per_direction = 4096;

  int dimension() const noexcept { return dimension_; }
  double box() const noexcept { return box_; }
  /// L^d.
  double volume() const noexcept;
  /// All nodes.
  int size() const noexcept { return size_; }
  /// Along a direction; shape (nodes in a direction).
  const std::vector<double>& axis() const noexcept { return axis_; }
  /// Shape (nodes, d), the last component fastest.
  RowMatrix coordinates() const;
  /// w_z, shape (nodes); they add up to the volume.
  Vector weights() const;

 private:
  int dimension_;
  double box_;
  int size_;
  std::vector<double> axis_;
  std::vector<double> axis_weights_;
};

}  // namespace nnft
