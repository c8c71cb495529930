#include "action/action_templates.hpp"

namespace nnft::simd {

extern const ActionKernels action_kernels_avx512;
const ActionKernels action_kernels_avx512 = action_kernels_of<xsimd::avx512bw>;

}  // namespace nnft::simd
