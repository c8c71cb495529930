#pragma once
/// @file Batches of uniform and normal variates, one vector lane per sample.

#include <cstdint>

#include "nnft/core/simd_path.hpp"
#include "nnft/random/stream.hpp"

namespace nnft {

/// Samples that vector kernels treat together; the innermost extent of every batch array. A sample's numbers do not depend on
/// the batch it is computed in.
inline constexpr int batch_samples = 16;

/// Which variates of which samples: variates first_variate … first_variate + count − 1 (first_variate even) of `purpose` for
/// samples first_sample, first_sample + stride, … (batch_samples of them, the stride that of the stream). Variates 2k and 2k+1
/// come from draw k, except Student's.
struct VariateRequest {
  Purpose purpose;
  std::uint64_t first_sample;
  std::uint32_t first_variate;
  int count;
};

/// Vector kernels of the random layer for one instruction set.
struct VariateKernels {
  /// out[variate][sample], shape (count rounded up to even, batch_samples): independent N(0, 1) by Box and Muller, |value| < 8.5.
  void (*normals)(const Stream&, const VariateRequest&, double* out);
  /// out[variate][sample], same shape: uniform in [−1/2, 1/2) with 52 random bits.
  void (*uniforms)(const Stream&, const VariateRequest&, double* out);
  /// Same shape: uniform in [−√3, √3), √12 times those.
  void (*unit_uniforms)(const Stream&, const VariateRequest&, double* out);
  /// Same shape: double exponential of variance 1, |value| < 25.5: magnitude from the upper 52 bits of a word by inversion, sign
  /// from its last bit.
  void (*laplaces)(const Stream&, const VariateRequest&, double* out);
  /// Same shape: ±1 by the first bit of a word.
  void (*rademachers)(const Stream&, const VariateRequest&, double* out);
  /// Same shape: Student's t of ν > 2 degrees of freedom scaled to variance 1, √((ν−2)(u^(−2/ν) − 1)) cos(2πv), Bailey, Math.
  /// Comp. 62 (1994) 779–781, §2. The sine would not be independent: variate k is the one of draw k.
  void (*student_ts)(const Stream&, const VariateRequest&, double degrees_of_freedom, double* out);
};

/// @throws UsageError if this build or processor lacks the path.
const VariateKernels& variate_kernels(SimdPath path);

}  // namespace nnft
