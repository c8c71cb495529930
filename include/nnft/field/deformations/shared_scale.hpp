#pragma once
/// @file The factor that the deformation shared-scale multiplies the covariance of a network by.

#include <cstdint>

#include "nnft/core/simd_path.hpp"
#include "nnft/random/stream.hpp"

namespace nnft {

/// v ~ Gamma(shape 1/α, scale α) of network `sample`, of mean 1 and variance α, by inversion of one uniform variate that all
/// strengths share; 1 if α = 0. Sampling does not need it: moments are averaged over v in closed form.
/// @throws UsageError unless strength α >= 0.
double shared_scale_of(const Stream& stream, std::uint64_t sample, double strength, SimdPath path);

}  // namespace nnft
