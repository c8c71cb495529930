#pragma once
/// @file Averages over correlated Gaussian pre-activations by the trapezoidal rule.

#include <functional>

#include "nnft/core/types.hpp"

namespace nnft {

/// Some nodes of a quadrature over Gaussian pre-activations z = A u, u ~ N(0, 1) in D dimensions.
struct GaussianNodes {
  Vector weights;    ///< shape (nodes)
  RowMatrix values;  ///< z, shape (sites, nodes)
};

/// A of shape (sites, rank), in principal axes, with A Aᵀ = covariance; directions of variance below `least` of the largest are
/// dropped (at least one is kept). @throws ShapeError unless the covariance is square.
RowMatrix gaussian_loadings(const RowMatrix& covariance, double least = 1e-14);

/// The same vectors in as few dimensions as they span: shape (rows, rank), the same products of rows.
RowMatrix reduce_rank(const RowMatrix& vectors);

/// The trapezoidal rule in D dimensions with the weight of u: converges exponentially for integrands analytic in a strip.
/// Trefethen, Weideman, SIAM Review 56 (2014) 385.
class GaussianLattice {
 public:
  /// @param range of |u|. @param even averages only integrands with F(−z) = F(z), for half the price.
  /// @throws UsageError unless D is 1, 2, 3 or 4.
  GaussianLattice(RowMatrix loadings, double range, bool even);

  int dimension() const noexcept { return static_cast<int>(loadings_.cols()); }
  /// Roughly how many nodes a level has; each level is finer by 2 (D <= 2) or 1.5 per dimension.
  double nodes(int level) const;
  /// Gives all nodes of a level to `visitor`, some at a time.
  void visit(int level, const std::function<void(const GaussianNodes&)>& visitor) const;

 private:
  double step(int axis, int level) const;
  /// Whether z changes so little along the axis that a few Gauss–Hermite points do.
  bool is_flat(int axis) const;

  RowMatrix loadings_;
  double range_;
  bool even_;
};

}  // namespace nnft
