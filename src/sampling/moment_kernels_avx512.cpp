#include "sampling/moment_templates.hpp"

namespace nnft::simd {

extern const MomentKernels moment_kernels_avx512;
const MomentKernels moment_kernels_avx512 = moment_kernels_of<xsimd::avx512bw>;

}  // namespace nnft::simd
