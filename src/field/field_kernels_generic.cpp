#include "field/field_templates.hpp"

namespace nnft::simd {

extern const FieldKernels field_kernels_generic;
const FieldKernels field_kernels_generic = field_kernels_of<xsimd::default_arch>;

}  // namespace nnft::simd
