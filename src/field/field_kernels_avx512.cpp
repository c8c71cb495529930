#include "field/field_templates.hpp"

namespace nnft::simd {

extern const FieldKernels field_kernels_avx512;
const FieldKernels field_kernels_avx512 = field_kernels_of<xsimd::avx512bw>;

}  // namespace nnft::simd
