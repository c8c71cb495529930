#pragma once
/// @file How one sample contributes to the moments.

#include <string_view>

namespace nnft {

/// plain: products of φ. conditional: their average over the Gaussian output weights at fixed hidden layer, i.e. Wick sums of the
/// covariance K (Rao–Blackwell); its error on G_c⁽⁴⁾ is relative to G_c⁽⁴⁾ itself, whatever the width. improved, of fields under
/// an operator e^{−V}: products of φ and all that follow from them by integrating some legs by parts (Schwinger–Dyson), combined
/// to the least variance.
enum class EstimatorKind { plain, conditional, improved };

constexpr std::string_view to_string(EstimatorKind kind) {
  return kind == EstimatorKind::plain ? "plain" : kind == EstimatorKind::conditional ? "conditional" : "improved";
}

}  // namespace nnft
