#pragma once
/// @file The linear output layer that every network has.

#include "nnft/field/parameter_density.hpp"

namespace nnft {

/// φ = Σ_i a_i h_i + a₀ with independent a_i of variance σ_a²/N and a₀ of variance σ_a0².
struct OutputLayer {
  double sigma_out = 1.0;       ///< σ_a > 0
  double sigma_out_bias = 0.0;  ///< σ_a0 >= 0
  ParameterDensity density;     ///< of a_i and a₀

  bool operator==(const OutputLayer&) const = default;
};

}  // namespace nnft
