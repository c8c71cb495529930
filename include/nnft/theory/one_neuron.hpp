#pragma once
/// @file Exact correlators of nets whose neurons are independent and alike.

#include <functional>
#include <span>

#include "nnft/core/types.hpp"
#include "nnft/field/output_layer.hpp"
#include "nnft/stats/moment_layout.hpp"

namespace nnft {

/// E[h(x_1)…h(x_n)] of one neuron for the given sites (indices into the site set).
using FeatureMoment = std::function<double(std::span<const int> sites)>;

/// E[h(x_1)…h(x_n)] of every tuple, as a row of the layout.
Vector feature_moments(const MomentLayout& layout, const FeatureMoment& feature_moment);

/// Connected correlators of φ = Σ_i a_i h_i + a₀, as a row of the layout: the cumulants of one neuron's a·h (a of variance σ_a²)
/// over N^{n/2−1}, plus the cumulants of a₀. Width may be infinite: only order 2 is left, and a₀. Independent identical neurons;
/// Demirtas et al., arXiv:2307.03223, §3.
/// @param feature_moments E[h…h] as a row of the layout.
/// @throws UsageError unless width >= 1 and the output density has moments of all orders of the layout.
Vector connected_from_one_neuron(const MomentLayout& layout, const Vector& feature_moments, const OutputLayer& output,
                                 double width);

/// The same with Gaussian a_i and without a₀.
Vector connected_from_one_neuron(const MomentLayout& layout, const FeatureMoment& feature_moment, double sigma_out, double width);

/// @throws UsageError unless the density has a moment of order `order`.
void expect_moment(const ParameterDensity& density, int order);

/// The cumulant of order `order` (even) of a density of variance 1: 1 at order 2, E[w⁴] − 3 at order 4, ….
/// @throws UsageError if the density has no such moment.
double density_cumulant(const ParameterDensity& density, int order);

/// Full correlators from connected ones, as a row of the layout.
Vector full_from_connected(const MomentLayout& layout, const Vector& connected);
/// And back.
Vector connected_from_full(const MomentLayout& layout, const Vector& full);

}  // namespace nnft
