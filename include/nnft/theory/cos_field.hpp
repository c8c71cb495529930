#pragma once
/// @file Moments of the cos-net whose input weights depend on each other.

#include <functional>
#include <vector>

#include "nnft/field/site_set.hpp"
#include "nnft/stats/moment_layout.hpp"
#include "nnft/theory/source_threshold.hpp"
#include "nnft/theory/strength_series.hpp"

namespace nnft {

/// Momenta of some neurons, shape (neurons, input dimension).
using Momenta = Eigen::Matrix<long double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// Σ over distinct neurons i_1 … i_m of E[exp(i Σ_j W_{i_j}·q_j)], even in all q together.
using CharacteristicSum = std::function<StrengthSeries(const Momenta& momenta)>;

/// E[φ…φ] of φ = Σ_i a_i cos(W_i·x + b_i) as a row of the layout: the legs are dealt to distinct neurons, an even number to each;
/// the average over its phase leaves momenta q = Σ ±x with as many + as −. a₀ is left out.
/// @throws UsageError if the output density lacks a moment of the layout's orders.
std::vector<StrengthSeries> cos_full_moments(const MomentLayout& layout, const SiteSet& sites, const Readout& readout,
                                             const CharacteristicSum& characteristic);

}  // namespace nnft
