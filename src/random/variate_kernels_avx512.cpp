#include "random/variate_templates.hpp"

namespace nnft::simd {

extern const VariateKernels variate_kernels_avx512;
const VariateKernels variate_kernels_avx512 = variate_kernels_of<xsimd::avx512bw>;

}  // namespace nnft::simd
