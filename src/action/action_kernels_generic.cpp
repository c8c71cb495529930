#include "action/action_templates.hpp"

namespace nnft::simd {

extern const ActionKernels action_kernels_generic;
const ActionKernels action_kernels_generic = action_kernels_of<xsimd::default_arch>;

}  // namespace nnft::simd
