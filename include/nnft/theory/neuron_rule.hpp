#pragma once
/// @file Averages over the parameters of one neuron by quadratures of increasing resolution.

#include <functional>
#include <optional>
#include <string>

#include "nnft/core/types.hpp"
#include "nnft/stats/moment_layout.hpp"

namespace nnft {

/// Some nodes of a quadrature over one neuron's parameters.
struct FeatureNodes {
  Vector weights;      ///< shape (nodes)
  RowMatrix features;  ///< h(x_p), shape (sites, nodes)
};
using FeatureVisitor = std::function<void(const FeatureNodes&)>;

/// E[F(h(x_1), …, h(x_S))] ≈ Σ weights F(features) at levels of increasing resolution.
struct NeuronRule {
  std::string name;                                                     ///< for messages: "mlp with tanh and 2 input dimensions"
  int sites = 0;                                                        ///< S
  std::function<void(int level, const FeatureVisitor& visitor)> visit;  ///< gives all nodes of a level
  std::function<double(int level)> nodes;                               ///< roughly how many nodes a level has
  double tolerance = 1e-10;                                             ///< of averages, relative to their natural scale
  /// Set if features are homogeneous of degree one in D Gaussian parameters: nodes are directions, the radius is separate.
  std::optional<int> directions_in;
  /// Set if the rule is exact at level 0.
  bool exact = false;
};

/// An average of several functions: `add` sums weight × function over nodes, `scale` turns two results of successive levels into
/// their difference relative to the natural scale.
struct RuleAverage {
  int size = 0;
  std::function<void(const FeatureNodes& nodes, Vector& sums)> add;
  std::function<double(const Vector& coarse, const Vector& fine)> difference;
};

/// Refines until two successive levels differ by less than the tolerance; the finer one. Shape (average.size).
/// @throws UsageError with the difference reached if that takes more than 4·10⁷ nodes.
Vector converged_average(const NeuronRule& rule, const RuleAverage& average);

/// E[h(x_1)…h(x_n)] of every tuple, as a row of the layout; natural scale: the largest E[|h(x_p)|ⁿ] of a site.
/// @throws ShapeError unless rule and layout have the same sites, UsageError if the quadrature does not converge.
Vector feature_moments(const MomentLayout& layout, const NeuronRule& rule);

/// The length of a row of moments: the tuples of all orders.
int moment_row_size(const MomentLayout& layout);

/// E[rⁿ] of the length r of a standard Gaussian vector: 2^{n/2} Γ((D + n)/2)/Γ(D/2).
double gaussian_radius_moment(int dimensions, int order);

}  // namespace nnft
