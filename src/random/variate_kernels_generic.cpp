#include "random/variate_templates.hpp"

namespace nnft::simd {

extern const VariateKernels variate_kernels_generic;
const VariateKernels variate_kernels_generic = variate_kernels_of<xsimd::default_arch>;

}  // namespace nnft::simd
