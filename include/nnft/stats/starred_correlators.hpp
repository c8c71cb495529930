#pragma once
/// @file Connected correlators from Schwinger–Dyson estimators: some legs integrated by parts against e^{−V}.

#include <array>
#include <span>
#include <vector>

#include "nnft/core/types.hpp"
#include "nnft/stats/sum_layout.hpp"

namespace nnft {

/// Places of the pairs (0 1) (2 3) (0 2) (1 3) (0 3) (1 2) of the legs of every quad, pairing after pairing.
using PairsOfQuad = std::array<int, 6>;
/// Of all quads of a layout; none if it has no order 4.
std::vector<PairsOfQuad> pairs_of_quads(const MomentLayout& layout);

/// For a set A of legs that are integrated by parts (starred), ⟨Y_A Π_{i∉A} φ_i⟩ replaces ⟨Π φ_i⟩, with the reference kernel K₀
/// taken out of every contraction that has a leg in A. Then, whatever A,
///
///     G₂ = K₀ + m₂(A),   A not empty,
///     G_c⁽⁴⁾ = m₄(A) − Σ_{3 pairings} m₂(A ∩ pair) m₂(A ∩ other pair),   m₂(∅) = ⟨φφ⟩,
///
/// of which the mean over all A of the same size is taken. Exact consequences of ⟨∂/∂φ (… e^{−S})⟩ = 0.
class StarredCorrelators {
 public:
  /// @param reference_kernel K₀, shape (pairs). @throws ShapeError if it does not fit, or the layout has no starred columns.
  StarredCorrelators(const SumLayout& layout, Vector reference_kernel);

  static constexpr int pair_estimators = 3;  ///< A = {x}, {y}, {x, y}
  static constexpr int quad_estimators = 4;  ///< |A| = 1 … 4

  /// Numbers that evaluate() finds: pair_estimators rows of pairs, then quad_estimators rows of quads.
  int size() const noexcept { return pair_estimators * pairs_ + quad_estimators * quads_; }
  int pairs_at(int estimator) const noexcept { return estimator * pairs_; }
  int quads_at(int estimator) const noexcept { return pair_estimators * pairs_ + estimator * quads_; }
  /// @param means of the columns of a row of sums, divided by the mean weight; @param found of shape (size()).
  void evaluate(std::span<const double> means, std::span<double> found) const;

 private:
  SumLayout layout_;
  Vector reference_kernel_;
  int pairs_, quads_;
  std::vector<PairsOfQuad> pairs_of_quads_;
};

}  // namespace nnft
