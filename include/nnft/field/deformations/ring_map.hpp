#pragma once
/// @file The weights that `weight-ring` makes of free ones.

#include <cstdint>
#include <vector>

#include "nnft/field/deformations/weight_map.hpp"

namespace nnft {

/// w_i = z_i/u + ρ w_{i−1} around the ring, ρ = −v/u: density ∝ exp(−Σ_i (w_i²/2 + α w_i·w_{i+1})), as its circulant precision is
/// 1 + 2α cos k = |u + v e^{ik}|² with u, v = (√(1+2α) ± √(1−2α))/2.
class RingMap final : public WeightMap {
 public:
  /// @throws UsageError unless |alpha| < ½.
  RingMap(double alpha, std::uint32_t neurons, int input_dim);

  bool needs_survey() const noexcept override { return ratio_ != 0.0; }
  void start() noexcept override;
  /// Horner's rule: leaves (1 − ρ^N) w of the last neuron, which is the one before the first.
  void survey(int count, const double* z) noexcept override;
  void map(int count, const double* z, double* w) noexcept override;

 private:
  double scale_, ratio_, closure_;  ///< 1/u, ρ, 1/(1 − ρ^N)
  bool surveyed_ = false;
  std::vector<double> last_;  ///< [component][sample]
};

}  // namespace nnft
