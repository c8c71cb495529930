#include "sampling/moment_templates.hpp"

namespace nnft::simd {

extern const MomentKernels moment_kernels_avx2;
const MomentKernels moment_kernels_avx2 = moment_kernels_of<xsimd::fma3<xsimd::avx2>>;

}  // namespace nnft::simd
