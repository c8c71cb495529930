#pragma once
/// @file The cos-net under the weight-ring deformation, exactly at any width: weights are Gaussian with a circulant covariance.

#include "nnft/theory/cos_field.hpp"

namespace nnft {

/// P ∝ exp(−Σ_i W_i·W_i/2s − (α/s) Σ_i W_i·W_{i+1}), neuron N + 1 being neuron 1.
struct RingDensity {
  double variance = 1.0;  ///< s > 0
  double width = 1.0;     ///< N, whole
  double strength = 0.0;  ///< |α| < ½
};

/// c_r with E[W_i W_{i+r}] = c_r per component, r = 0 … M − 1, as series in α around its value: (1/N) Σ_k e^{ikr} s/(1 + 2α cos
/// k), k = 2πj/N, summed in closed form. M = N, or an odd number less than N so large that c_r beyond M/2 is below 1e-25 c_0.
/// @param basis of at most one parameter.
std::vector<StrengthSeries> ring_covariance(const RingDensity& density, const SeriesBasis& basis);

/// s/√(1 − 4α²), the variance of a weight at infinite width.
StrengthSeries infinite_ring_variance(double variance, double strength, const SeriesBasis& basis);

/// Sums over up to three neurons: Π exp(−c_{i−j} q_i·q_j) = Π(1 + f_{ij}) with f = −1 for i = j; f falls off with the distance.
/// @param basis must outlive the result. @throws UsageError on call with more than three neurons (orders above 6), or with three
/// if the correlations reach beyond 20000 neurons.
CharacteristicSum ring_characteristic(const RingDensity& density, const SeriesBasis& basis);

}  // namespace nnft
