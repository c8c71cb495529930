#include "sampling/dyson_templates.hpp"

namespace nnft::simd {

extern const ChainKernels chain_kernels_generic;
const ChainKernels chain_kernels_generic = chain_kernels_of<xsimd::default_arch>;

}  // namespace nnft::simd
