#pragma once
/// @file Connected correlators of a field times a random factor that is independent of it, and of a field plus a₀.

#include <span>

#include "nnft/field/output_layer.hpp"
#include "nnft/stats/moment_layout.hpp"
#include "nnft/theory/strength_series.hpp"

namespace nnft {

/// Connected correlators from full ones and back, as rows of the layout.
std::vector<StrengthSeries> connected_moments(const MomentLayout& layout, std::span<const StrengthSeries> full);
std::vector<StrengthSeries> full_moments(const MomentLayout& layout, std::span<const StrengthSeries> connected);

/// Connected correlators of √u φ from those of φ: full moments of order 2k are multiplied by ratios[k] = E[u^k].
std::vector<StrengthSeries> scaled_connected(const MomentLayout& layout, std::span<const StrengthSeries> connected,
                                             std::span<const StrengthSeries> ratios);

/// E[v^k] = Π_{j<k}(1 + jα) of v ~ Gamma(shape 1/α, scale α), k = 0 … highest, as series in α around its value: shared-scale.
/// @param basis of at most one parameter.
std::vector<StrengthSeries> shared_scale_moments(double strength, int highest, const SeriesBasis& basis);

/// Adds the cumulants of a₀. @throws UsageError if its density lacks one.
void add_output_bias(const MomentLayout& layout, const OutputLayer& output, std::span<StrengthSeries> connected);

}  // namespace nnft
