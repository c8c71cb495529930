#include "random/variate_templates.hpp"

namespace nnft::simd {

extern const VariateKernels variate_kernels_avx2;
const VariateKernels variate_kernels_avx2 = variate_kernels_of<xsimd::fma3<xsimd::avx2>>;

}  // namespace nnft::simd
