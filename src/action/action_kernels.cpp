#include "nnft/action/action_kernels.hpp"

#include "nnft/core/simd_dispatch.hpp"

namespace nnft {

namespace simd {
extern const ActionKernels action_kernels_generic;
#ifdef NNFT_X86
extern const ActionKernels action_kernels_avx2;
extern const ActionKernels action_kernels_avx512;
#else
static const ActionKernels& action_kernels_avx2 = action_kernels_generic;
static const ActionKernels& action_kernels_avx512 = action_kernels_generic;
#endif
}  // namespace simd

PolynomialView polynomial_view(const SiteAction& action) {
  PolynomialView view{action.sites(), action.degree() > 2 ? action.degree() : 2, {}};
  for (int degree = 2; degree <= view.degree; degree += 2)
    view.coefficients[static_cast<std::size_t>(degree / 2 - 1)] = action.coefficients(degree).data();
  return view;
}

const ActionKernels& action_kernels(SimdPath path) {
  return SimdTables<ActionKernels>{simd::action_kernels_generic, simd::action_kernels_avx2, simd::action_kernels_avx512}.at(path);
}

}  // namespace nnft
