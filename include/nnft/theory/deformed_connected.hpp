#pragma once
/// @file Exact connected correlators of deformed ensembles, and their derivatives in the strengths.

#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "nnft/core/series.hpp"
#include "nnft/field/deformation.hpp"
#include "nnft/field/site_set.hpp"
#include "nnft/stats/moment_layout.hpp"
#include "nnft/theory/source_threshold.hpp"

namespace nnft {

struct CosFeatures {
  double sigma_weight = 1.0;
};

/// Any other net, by what it does without deformations.
struct FreeNet {
  std::string name;  ///< for messages
  /// Connected correlators without a₀ as a row of the layout (NaN where they are not known), of the net whose first weights are
  /// multiplied by `scale` (an mlp: whose sites are). Other scales than 1 are asked for by weight-ring at infinite width only.
  std::function<Vector(double scale)> connected;
  double sigma_weight = 1.0;
  double first_width = 1.0;  ///< of the first hidden layer; may be infinite
  /// Whether the field is proportional to the first weights' length, and they are normal: identity and relu without hidden
  /// biases.
  bool homogeneous = false;
};

/// A net and the deformations of the normal density of its first weights, of different kinds.
struct DeformedProblem {
  std::variant<CosFeatures, FreeNet> net;
  SiteSet sites;
  Readout readout;
  std::vector<Deformation> deformations;
};

/// Derivatives of all G_c in the strengths at the strengths of the problem: row k of shape (moments) is the derivative by
/// monomial k of the basis, whose parameter p is the strength of the p-th deformation; row 0 is G_c itself. Shape (basis.size(),
/// moments).
/// @throws UsageError that names what has no exact answer: weight-ring on other nets than cos (but values at infinite width) and
/// above order 6; weight-quartic on inhomogeneous nets of finite width; both together at finite width, but values where one has
/// strength 0. Also for strengths that are impossible, widths that are not whole and two deformations of one kind.
/// @throws ShapeError if the basis has more parameters than there are deformations.
RowMatrix deformed_derivatives(const MomentLayout& layout, const DeformedProblem& problem, const SeriesBasis& basis);

/// G_c alone, as a row of the layout.
Vector deformed_connected(const MomentLayout& layout, const DeformedProblem& problem);

}  // namespace nnft
