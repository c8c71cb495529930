#pragma once
/// @file How one sample contributes to the moments.

#include <string_view>

namespace nnft {

/// plain: products of φ. conditional: their average over the Gaussian output weights at fixed hidden layer, i.e. Wick sums of the
/// covariance K (Rao–Blackwell); its error on G_c⁽⁴⁾ is relative to G_c⁽⁴⁾ itself, whatever the width.
enum class EstimatorKind { plain, conditional };

constexpr std::string_view to_string(EstimatorKind kind) { return kind == EstimatorKind::plain ? "plain" : "conditional"; }

}  // namespace nnft
