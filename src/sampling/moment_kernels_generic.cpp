#include "sampling/moment_templates.hpp"

namespace nnft::simd {

extern const MomentKernels moment_kernels_generic;
const MomentKernels moment_kernels_generic = moment_kernels_of<xsimd::default_arch>;

}  // namespace nnft::simd
