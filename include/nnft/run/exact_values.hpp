#pragma once
/// @file What is known exactly of the ensemble that a config describes.

#include <optional>

#include "nnft/core/types.hpp"
#include "nnft/run/config.hpp"
#include "nnft/run/plan.hpp"

namespace nnft {

/// Rows of the layout; NaN where only other entries are known.
struct ExactValues {
  Vector connected;       ///< shape (moments)
  Vector generating;      ///< W[J], shape (sources)
  RowMatrix derivatives;  ///< of the connected correlators in the strengths, shape (layout.derivatives().size(), moments)
};

/// The exact values of a scan point. @throws UsageError that says why there are none.
ExactValues exact_values(const Config& config, const ScanPoint& point, const SumLayout& layout);

/// The leading order in 1/N: of an mlp of any depth the infinite-width kernel, G4c to order 1/N, nothing above; of a cos-net
/// under weight-quartic G2c and G4c to first order in the strength, each to the leading order of its coefficients.
/// @throws UsageError that says why there is none.
ExactValues leading_values(const Config& config, const ScanPoint& point, const SumLayout& layout);

/// Under a field-operator at infinite width: to second order in λ, first order in μ² and κ. @throws UsageError that says why
/// there is none.
ExactValues perturbative_values(const Config& config, const ScanPoint& point, const SumLayout& layout);

/// The same as exact_values to set beside measured values; nothing if there are none or they take long.
std::optional<ExactValues> known_exact_values(const Config& config, const ScanPoint& point, const SumLayout& layout);

}  // namespace nnft
