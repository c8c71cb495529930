#pragma once
/// @file Which derivatives of moments in the strengths of deformations are summed up, and how.

#include <string>
#include <vector>

#include "nnft/core/series.hpp"

namespace nnft {

/// score: joint cumulants with V, ∂⟨O⟩/∂α = −⟨O; V⟩, on the ensemble itself. differences: of the moments at neighbouring
/// strengths that share the random numbers.
enum class DerivativeMethod { none, score, differences };

/// The derivatives of a correlator G_c in the strengths: the monomials of `basis` but the first.
class DerivativeLayout {
 public:
  /// No derivatives.
  DerivativeLayout() : DerivativeLayout(DerivativeMethod::none, SeriesBasis(0, 0), {}) {}
  /// @param summed by strength, whether derivatives in it come from sums of their own; the others follow from the moments.
  /// @throws ShapeError unless there is one entry for each parameter of the basis.
  DerivativeLayout(DerivativeMethod method, SeriesBasis basis, const std::vector<bool>& summed);

  DerivativeMethod method() const noexcept { return method_; }
  const SeriesBasis& basis() const noexcept { return basis_; }
  /// Derivatives: basis().size() − 1.
  int size() const noexcept { return basis_.size() - 1; }
  /// The monomials of the basis that have sums of their own, in order.
  const std::vector<int>& summed() const noexcept { return summed_; }
  /// dstrength, d2strength, dstrength_dstrength2, … for a monomial of the basis.
  std::string name(int monomial) const;

 private:
  DerivativeMethod method_;
  SeriesBasis basis_;
  std::vector<int> summed_;
};

/// The name of a strength's scan axis: strength, strength2, strength3.
std::string strength_axis(int deformation);

}  // namespace nnft
