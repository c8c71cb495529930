#include "nnft/field/density_variates.hpp"

#include <cmath>
#include <string>

#include "nnft/core/error.hpp"

namespace nnft {

void require_variance(const ParameterDensity& density) {
  const double nu = density.degrees_of_freedom;
  if (density.shape == DensityShape::student_t && (!(nu > 2.0) || !std::isfinite(nu)))
    throw UsageError("student-t: expected more than 2 degrees of freedom (fewer have no variance), got " + std::to_string(nu));
}

DensityVariates::DensityVariates(const ParameterDensity& density, const Stream& stream, SimdPath path)
    : density_(density), stream_(stream), kernels_(&variate_kernels(path)) {
  require_variance(density);
}

void DensityVariates::operator()(const VariateRequest& request, double* out) const {
  switch (density_.shape) {
    case DensityShape::normal:
      return kernels_->normals(stream_, request, out);
    case DensityShape::uniform:
      return kernels_->unit_uniforms(stream_, request, out);
    case DensityShape::laplace:
      return kernels_->laplaces(stream_, request, out);
    case DensityShape::student_t:
      return kernels_->student_ts(stream_, request, density_.degrees_of_freedom, out);
    case DensityShape::rademacher:
      return kernels_->rademachers(stream_, request, out);
  }
}

}  // namespace nnft
