#pragma once
/// @file Connected correlators of a cos-net of two neurons in one dimension by plain sums over weights and phases.

#include <cmath>
#include <numbers>
#include <span>
#include <vector>

#include "nnft/core/types.hpp"
#include "nnft/stats/cumulants.hpp"
#include "nnft/stats/moment_layout.hpp"

namespace nnft::test {

/// Σ over pairings of the legs of Π K.
inline double sum_over_pairings(const RowMatrix& kernel, std::vector<int> legs) {
  if (legs.empty()) return 1.0;
  const int first = legs.front();
  double sum = 0.0;
  for (std::size_t k = 1; k < legs.size(); ++k) {
    std::vector<int> rest(legs.begin() + 1, legs.end());
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(k - 1));
    sum += kernel(first, legs[k]) * sum_over_pairings(kernel, rest);
  }
  return sum;
}

/// @param density of the two weights up to a factor, negligible beyond `range`. @param points x, shape (sites). Output weights
/// are normal with σ_a = 1. The trapezoidal rule: exact for phases (8 points, order <= 6), exponentially convergent for weights.
template <class Density>
Vector two_cos_neurons(const MomentLayout& layout, const Vector& points, double range, Density density) {
  constexpr int grid = 64, phases = 8;
  Vector moments = Vector::Zero(layout.size());
  double norm = 0.0;
  const auto features = [&](int w, int b) {
    const double weight = range * (2.0 * w / grid - 1.0), phase = 2.0 * std::numbers::pi * b / phases;
    return Vector((weight * points.array() + phase).cos());
  };
  for (int first = 0; first < grid; ++first)
    for (int second = 0; second < grid; ++second) {
      const double weight = density(range * (2.0 * first / grid - 1.0), range * (2.0 * second / grid - 1.0));
      norm += weight * phases * phases;
      if (weight < 1e-17) continue;
      for (int b = 0; b < phases * phases; ++b) {
        const Vector g = features(first, b / phases), h = features(second, b % phases);
        const RowMatrix kernel = 0.5 * (g * g.transpose() + h * h.transpose());
        for (const int order : layout.orders())
          for (int t = 0; t < layout.index(order).size(); ++t) {
            const int* tuple = layout.index(order).tuple(t);
            moments[layout.offset(order) + t] += weight * sum_over_pairings(kernel, {tuple, tuple + order});
          }
      }
    }
  moments /= norm;
  Vector connected(layout.size());
  CumulantEstimator(layout, Vector::Zero(layout.index(2).size()))
      .connected(std::span<const double>(moments.data(), static_cast<std::size_t>(moments.size())),
                 std::span<double>(connected.data(), static_cast<std::size_t>(connected.size())));
  return connected;
}

}  // namespace nnft::test
