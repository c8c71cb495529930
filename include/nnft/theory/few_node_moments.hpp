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

/// The moments at the first level that differs from the one before by less than 1e-9 (largest_change).
/// @param cost of a level in operations; asked once, before the level is worked. @throws UsageError with the difference reached
/// if that takes more than 2·10¹⁰ of them, some 10 s.
FewNodeMoments converged_moments(const MomentLayout& layout, const std::function<FewNodeMoments(int level)>& at_level,
                                 const std::function<double(int level)>& cost);

}  // namespace nnft
