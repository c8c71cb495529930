#pragma once
/// @file From connected correlators to the action and back: one expansion, since fields and sources are dual.

#include <span>
#include <vector>

#include "nnft/action/diagram.hpp"
#include "nnft/action/diagram_sum.hpp"
#include "nnft/action/leg_transform.hpp"
#include "nnft/action/mode_basis.hpp"
#include "nnft/core/types.hpp"

namespace nnft {

/// Which of the two generating functions the vertices belong to.
enum class Duality {
  action_from_correlators,  ///< vertices G_c, S = −ln P[φ] wanted
  correlators_from_action   ///< vertices g, W[J] = ln Z[J] wanted
};

/// The diagrams that turn one generating function into the other, at given sites. With M = G₂ or M = 2g₂,
///
///     S = const + ½ φ M⁻¹ φ − Σ (−1)^E / |Aut| · (vertices G_c⁽ʳ⁾, E propagators M⁻¹, legs M⁻¹φ),
///     W = const + ½ J M⁻¹ J + Σ 1 / |Aut| · (vertices −r! g_r, propagators M⁻¹, legs M⁻¹J)
///
/// over connected diagrams. Halverson's talk, "Actions from Interactions"; signs from e^{−S} = exp(Σ (−1)ʳ G_c⁽ʳ⁾∂ʳ/r!)
/// e^{−½φM⁻¹φ} (McCullagh, Tensor Methods in Statistics, ch. 5): the number of legs of all vertices is that of external legs plus
/// 2E.
class DualExpansion {
 public:
  /// @param sites of the tensors; @param modes of M that are used (see ModeBasis); @param kinds of vertices, none twice;
  /// diagrams are those through `order` with at most `most_legs` external legs. @throws ShapeError as diagrams_to_order does.
  DualExpansion(Duality duality, int sites, int modes, std::vector<VertexKind> kinds, int order, int most_legs);

  const std::vector<Diagram>& diagrams() const noexcept { return diagrams_; }
  int order() const noexcept { return order_; }
  /// Largest number of legs of the result, at least 2.
  int legs() const noexcept { return legs_; }

  /// By order 0 … order() and legs 0 … legs() symmetric tensors of the result in packed components: the couplings g of
  /// S = Σ g_r φʳ, or the connected correlators r!·w_r of W = Σ w_r Jʳ. Of order 0 there are ½M⁻¹ (or M⁻¹) and, without legs,
  /// over the modes ½ ln det 2πM, which is S(0), or ln Z = −½ ln det M/2π. Empty where nothing contributes.
  /// @param basis of M; @param vertices tensors G_c, or g, in the order of `kinds`, packed, over the sites.
  /// @throws ShapeError if shapes do not fit.
  DiagramTensors evaluate(const ModeBasis& basis, std::span<const Vector> vertices) const;

 private:
  const LegTransform& inward(int legs) const { return inward_.at(static_cast<std::size_t>(legs)); }
  const LegTransform& outward(int legs) const { return outward_.at(static_cast<std::size_t>(legs)); }

  Duality duality_;
  int order_, legs_;
  std::vector<VertexKind> kinds_;
  std::vector<Diagram> diagrams_;
  DiagramSum sum_;
  std::vector<LegTransform> inward_, outward_;  ///< sites to modes and back, by degree
};

}  // namespace nnft
