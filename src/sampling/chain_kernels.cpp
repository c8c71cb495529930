#include "nnft/sampling/chain_kernels.hpp"

#include "nnft/core/simd_dispatch.hpp"

namespace nnft {

namespace simd {
extern const ChainKernels chain_kernels_generic;
#ifdef NNFT_X86
extern const ChainKernels chain_kernels_avx2;
extern const ChainKernels chain_kernels_avx512;
#else
static const ChainKernels& chain_kernels_avx2 = chain_kernels_generic;
static const ChainKernels& chain_kernels_avx512 = chain_kernels_generic;
#endif
}  // namespace simd

const ChainKernels& chain_kernels(SimdPath path) {
  return SimdTables<ChainKernels>{simd::chain_kernels_generic, simd::chain_kernels_avx2, simd::chain_kernels_avx512}.at(path);
}

}  // namespace nnft
