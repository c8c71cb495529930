#pragma once
/// @file Which sums of products of two rows of monomials give the moments of an order.

#include <vector>

#include "nnft/sampling/moment_kernels.hpp"
#include "nnft/stats/estimator_kind.hpp"
#include "nnft/stats/moment_layout.hpp"

namespace nnft {

/// One product of a pair's row and a row of order n − 2, by position in their packed indices.
struct ProductTerm {
  int pair;
  int rest;
  friend auto operator<=>(const ProductTerm&, const ProductTerm&) = default;
};

/// The terms whose sum is the monomial of a sorted tuple of order n >= 4: plain φ₁φ₂ · φ₃…φₙ; conditional the Wick sum by the
/// partner of the first leg, Σ_p δK_{1p} W(the others), n − 1 terms. Same number of terms for every tuple of an order.
std::vector<ProductTerm> product_terms(const MomentLayout& layout, int order, EstimatorKind estimator, const int* tuple);

/// The sums Σ_samples pair × rest that the moments of one order need, each computed once, gathered into rectangles of consecutive
/// rows that a kernel can work on block by block.
class ProductPlan {
 public:
  ProductPlan(const MomentLayout& layout, int order, EstimatorKind estimator);

  /// Rectangles of (pair, rest) products; `place` is where each begins in the products.
  const std::vector<ProductRectangle>& rectangles() const noexcept { return rectangles_; }
  /// Numbers in all rectangles.
  int products() const noexcept { return products_; }
  int terms_per_tuple() const noexcept { return terms_; }
  /// (tuples, terms): the places in the products whose sum is a moment.
  const std::vector<int>& places() const noexcept { return places_; }

 private:
  int terms_;
  int products_ = 0;
  std::vector<ProductRectangle> rectangles_;
  std::vector<int> places_;
};

}  // namespace nnft
