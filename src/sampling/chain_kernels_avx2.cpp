#include "sampling/dyson_templates.hpp"

namespace nnft::simd {

extern const ChainKernels chain_kernels_avx2;
const ChainKernels chain_kernels_avx2 = chain_kernels_of<xsimd::fma3<xsimd::avx2>>;

}  // namespace nnft::simd
