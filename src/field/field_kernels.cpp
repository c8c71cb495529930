#include "nnft/field/field_kernels.hpp"

#include "nnft/core/simd_dispatch.hpp"

namespace nnft {

namespace simd {
extern const FieldKernels field_kernels_generic;
#ifdef NNFT_X86
extern const FieldKernels field_kernels_avx2;
extern const FieldKernels field_kernels_avx512;
#else
static const FieldKernels& field_kernels_avx2 = field_kernels_generic;
static const FieldKernels& field_kernels_avx512 = field_kernels_generic;
#endif
}  // namespace simd

const FieldKernels& field_kernels(SimdPath path) {
  return SimdTables<FieldKernels>{simd::field_kernels_generic, simd::field_kernels_avx2, simd::field_kernels_avx512}.at(path);
}

}  // namespace nnft
