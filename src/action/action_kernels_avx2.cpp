#include "action/action_templates.hpp"

namespace nnft::simd {

extern const ActionKernels action_kernels_avx2;
const ActionKernels action_kernels_avx2 = action_kernels_of<xsimd::fma3<xsimd::avx2>>;

}  // namespace nnft::simd
