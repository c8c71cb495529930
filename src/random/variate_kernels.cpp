#include "nnft/core/simd_dispatch.hpp"
#include "nnft/random/variates.hpp"

namespace nnft {

namespace simd {
extern const VariateKernels variate_kernels_generic;
#ifdef NNFT_X86
extern const VariateKernels variate_kernels_avx2;
extern const VariateKernels variate_kernels_avx512;
#else
static const VariateKernels& variate_kernels_avx2 = variate_kernels_generic;
static const VariateKernels& variate_kernels_avx512 = variate_kernels_generic;
#endif
}  // namespace simd

const VariateKernels& variate_kernels(SimdPath path) {
  return SimdTables<VariateKernels>{simd::variate_kernels_generic, simd::variate_kernels_avx2, simd::variate_kernels_avx512}.at(
      path);
}

}  // namespace nnft
