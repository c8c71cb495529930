#pragma once
/// @file The weights that `weight-quartic` makes of free ones.

#include <array>

#include "nnft/field/deformations/radial_transport.hpp"
#include "nnft/field/deformations/weight_map.hpp"
#include "nnft/random/variates.hpp"

namespace nnft {

/// w = z ρ(|z|)/|z|, |z| that of all weights of a network: density ∝ exp(−|w|²/2 − α s² |w|⁴/N²).
class QuarticMap final : public WeightMap {
 public:
  /// @throws UsageError unless strength α >= 0, and α and variance s are finite.
  QuarticMap(double strength, double variance, std::uint32_t neurons, int input_dim);

  bool needs_survey() const noexcept override { return !identity_; }
  void start() noexcept override;
  void survey(int count, const double* z) noexcept override;
  void map(int count, const double* z, double* w) noexcept override;

 private:
  int input_dim_;
  bool identity_;
  RadialTransport transport_;
  bool surveyed_ = false;
  std::array<double, batch_samples> squares_{}, factors_{};
};

}  // namespace nnft
