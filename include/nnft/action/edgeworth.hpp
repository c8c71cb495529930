#pragma once
/// @file The density of the field at one or two sites from its connected correlators.

#include <span>
#include <vector>

#include "nnft/action/symmetric_algebra.hpp"
#include "nnft/core/types.hpp"

namespace nnft {

/// Edgeworth series of an even theory,
///
///     P(φ) = exp(Σ_{k ≥ 2} G_c⁽²ᵏ⁾ ∂²ᵏ/(2k)!) N(φ; G₂) = N(φ; G₂) · [… with ∂ʳ replaced by the Hermite polynomial Heᵣ],
///
/// the exponential expanded with G_c⁽²ᵏ⁾ of order k − 1. McCullagh, Tensor Methods in Statistics, ch. 5. One site:
/// 1 + κ₄He₄/4! + (κ₆He₆/6! + κ₄²He₈/(2·4!²)) + …. Truncated, it can be negative.
class EdgeworthDensity {
 public:
  /// @throws ShapeError unless sites >= 1 and order >= 0.
  EdgeworthDensity(int sites, int order);

  int order() const noexcept { return order_; }
  /// @param cumulants G_c of orders 2, 4, …, 2 order + 2, packed over the sites; @param points shape (points, sites).
  /// Returns the series through each order, shape (order() + 1, points). @throws SingularError if G₂ has no inverse, ShapeError
  /// if shapes do not fit.
  RowMatrix evaluate(std::span<const Vector> cumulants, const RowMatrix& points) const;

 private:
  using Polynomial = std::vector<Vector>;  ///< by half the degree, coefficients; empty where there is no such degree
  std::vector<Polynomial> terms(std::span<const Vector> whitened) const;
  void add_product(const Polynomial& factor, int degree, const Vector& coefficients, Polynomial& sum) const;
  Vector hermite_values(const Polynomial& polynomial, std::span<const RowMatrix> hermite) const;

  int order_;
  SymmetricAlgebra algebra_;
  std::vector<std::vector<std::vector<int>>> products_;  ///< by half degrees of both factors
};

}  // namespace nnft
