#include "field/field_templates.hpp"

namespace nnft::simd {

extern const FieldKernels field_kernels_avx2;
const FieldKernels field_kernels_avx2 = field_kernels_of<xsimd::fma3<xsimd::avx2>>;

}  // namespace nnft::simd
