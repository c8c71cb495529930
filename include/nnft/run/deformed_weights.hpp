#pragma once
/// @file Which deformations of the first-layer weights the scan points of a width need.

#include <vector>

#include "nnft/core/types.hpp"
#include "nnft/field/deformation.hpp"
#include "nnft/run/config.hpp"
#include "nnft/run/plan.hpp"

namespace nnft {

/// The deformation of a scan point's weights; strength 0 if they are free.
Deformation weight_deformation(const Config& config, const ScanPoint& point);

/// The deformations of weights in [deformation], …, by number: those with a V.
std::vector<std::size_t> weight_parameters(const Config& config);

/// Powers of each V, by weight_parameters, in the derivatives by score that have sums of their own.
std::vector<MultiIndex> score_powers(const Config& config);

/// Strengths next to a scan point's, and the weights of their moments in its derivatives.
struct NeighbouringStrengths {
  std::vector<Deformation> copies;  ///< the first is that of the point
  RowMatrix weights;                ///< shape (summed derivatives, copies); empty if there are no derivatives by differences
};
NeighbouringStrengths neighbouring_strengths(const Config& config, const ScanPoint& point);

/// By how much the rounding of moments can change derivatives by differences, relative to the moments; shape (derivatives), empty
/// for other derivatives. Where nothing else fluctuates it exceeds the error bars.
Vector derivative_rounding(const Config& config, const ScanPoint& point);

}  // namespace nnft
