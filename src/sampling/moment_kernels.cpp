#include "nnft/sampling/moment_kernels.hpp"

#include "nnft/core/simd_dispatch.hpp"

namespace nnft {

namespace simd {
extern const MomentKernels moment_kernels_generic;
#ifdef NNFT_X86
extern const MomentKernels moment_kernels_avx2;
extern const MomentKernels moment_kernels_avx512;
#else
static const MomentKernels& moment_kernels_avx2 = moment_kernels_generic;
static const MomentKernels& moment_kernels_avx512 = moment_kernels_generic;
#endif
}  // namespace simd

const MomentKernels& moment_kernels(SimdPath path) {
  return SimdTables<MomentKernels>{simd::moment_kernels_generic, simd::moment_kernels_avx2, simd::moment_kernels_avx512}.at(path);
}

}  // namespace nnft
