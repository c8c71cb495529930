#pragma once
/// @file Correlators of a theory with few nodes from quadratures of rising resolution.

#include <functional>

#include "nnft/core/types.hpp"
#include "nnft/stats/moment_layout.hpp"

namespace nnft {

/// Full and connected correlators of the field with e^{−V} inserted, rows of the layout.
struct FewNodeMoments {
  Vector full;
  Vector connected;
};

/// How far two rows are apart, relative to the largest connected correlator of each order, or 10⁻⁴ of the largest full one if
/// that is more: connected correlators that vanish have no relative accuracy.
double largest_change(const MomentLayout& layout, const FewNodeMoments& coarse, const FewNodeMoments& fine);

/// Operations of the finest level that is worth computing: about ten seconds, or one beside measured values.
inline constexpr double patient_operations = 2e10;
inline constexpr double hasty_operations = 2e9;

/// Levels of rising resolution of a quadrature.
struct QuadratureLevels {
  std::function<FewNodeMoments(int level)> moments;
  std::function<double(int level)> cost;  ///< in operations
};

/// The moments at the first level that differs from the one before by less than 1e-9 (largest_change).
/// @throws UsageError with the difference reached if that takes a level of more than most_operations.
FewNodeMoments converged_moments(const MomentLayout& layout, const QuadratureLevels& levels, double most_operations);

}  // namespace nnft
