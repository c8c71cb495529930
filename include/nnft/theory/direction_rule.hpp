#pragma once
/// @file Averages over directions of functions that are analytic but for kinks on great circles: relu neurons.

#include <functional>

#include "nnft/core/types.hpp"

namespace nnft {

/// Directions, uniform on the sphere: weights sum to one.
struct DirectionNodes {
  Vector weights;    ///< shape (nodes)
  RowMatrix values;  ///< A u of unit vectors u, shape (sites, nodes)
};

/// Averages over unit vectors u in D = 1, 2, 3 dimensions of functions with kinks where a component of A u vanishes: intervals
/// end at the kinks, so that Gauss–Legendre converges exponentially. In D = 3 the outer integral over the height also ends where
/// two of the great circles cross or one of them touches a circle of latitude.
class DirectionRule {
 public:
  /// @throws UsageError unless D is 1, 2 or 3.
  explicit DirectionRule(RowMatrix loadings);

  int dimension() const noexcept { return static_cast<int>(loadings_.cols()); }
  double nodes(int level) const;
  /// Gives all nodes of a level to `visitor`, some at a time.
  void visit(int level, const std::function<void(const DirectionNodes&)>& visitor) const;

 private:
  RowMatrix loadings_;
};

}  // namespace nnft
