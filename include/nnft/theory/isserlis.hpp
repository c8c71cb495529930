#pragma once
/// @file Gaussian averages of products in closed form, from the covariance alone.

#include <span>

#include "nnft/core/types.hpp"

namespace nnft {

/// ⟨z_1…z_n⟩ of Gaussian z: the sum over pairings. Isserlis, Biometrika 12 (1918) 134.
double gaussian_product(const RowMatrix& covariance, std::span<const int> tuple);

/// ⟨cos z_1…cos z_n⟩ = 2^{−n} Σ_ε exp(−½ε·Gε).
double gaussian_cos_product(const RowMatrix& covariance, std::span<const int> tuple);

/// ⟨sin z_1…sin z_n⟩, n even: (−1)^{n/2} 2^{−n} Σ_ε (Π ε_i) exp(−½ε·Gε).
double gaussian_sin_product(const RowMatrix& covariance, std::span<const int> tuple);

}  // namespace nnft
