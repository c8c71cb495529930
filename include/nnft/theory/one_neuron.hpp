#pragma once
/// @file Exact correlators of nets whose neurons are independent and alike.

#include <functional>
#include <span>

#include "nnft/core/types.hpp"
#include "nnft/stats/moment_layout.hpp"

namespace nnft {

/// E[h(x_1)…h(x_n)] of one neuron for the given sites (indices into the site set).
using FeatureMoment = std::function<double(std::span<const int> sites)>;

/// Connected correlators of φ = Σ_i a_i h_i with a_i ~ N(0, σ_a²/N), as a row of the layout: the cumulants of one neuron's a·h
/// (a of variance σ_a²) over N^{n/2−1}. Independent identical neurons; Demirtas et al., arXiv:2307.03223, §3.
/// @throws UsageError unless width >= 1.
Vector connected_from_one_neuron(const MomentLayout& layout, const FeatureMoment& feature_moment, double sigma_out, double width);

/// Full correlators from connected ones, as a row of the layout.
Vector full_from_connected(const MomentLayout& layout, const Vector& connected);

}  // namespace nnft
