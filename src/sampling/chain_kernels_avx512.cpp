#include "sampling/dyson_templates.hpp"

namespace nnft::simd {

extern const ChainKernels chain_kernels_avx512;
const ChainKernels chain_kernels_avx512 = chain_kernels_of<xsimd::avx512bw>;

}  // namespace nnft::simd
