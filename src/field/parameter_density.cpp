#include "nnft/field/parameter_density.hpp"

#include <limits>

namespace nnft {

const std::vector<DensityShape>& all_density_shapes() {
  static const std::vector<DensityShape> all = {DensityShape::normal, DensityShape::uniform, DensityShape::laplace,
                                                DensityShape::student_t, DensityShape::rademacher};
  return all;
}

std::string_view to_string(DensityShape shape) noexcept {
  switch (shape) {
    case DensityShape::normal:
      return "normal";
    case DensityShape::uniform:
      return "uniform";
    case DensityShape::laplace:
      return "laplace";
    case DensityShape::student_t:
      return "student-t";
    case DensityShape::rademacher:
      break;
  }
  return "rademacher";
}

double ParameterDensity::first_missing_moment() const noexcept {
  return shape == DensityShape::student_t ? degrees_of_freedom : std::numeric_limits<double>::infinity();
}

double ParameterDensity::moment(int order) const noexcept {
  if (order % 2 != 0) return 0.0;
  if (order >= first_missing_moment()) return std::numeric_limits<double>::infinity();
  double moment = 1.0;
  // Each step is E[w^n]/E[w^(n−2)].
  for (int n = 2; n <= order; n += 2) switch (shape) {
      case DensityShape::normal:
        moment *= n - 1;
        break;
      case DensityShape::uniform:
        moment *= 3.0 * (n - 1) / (n + 1);
        break;
      case DensityShape::laplace:
        moment *= 0.5 * n * (n - 1);
        break;
      case DensityShape::student_t:
        moment *= (degrees_of_freedom - 2.0) * (n - 1) / (degrees_of_freedom - n);
        break;
      case DensityShape::rademacher:
        break;
    }
  return moment;
}

}  // namespace nnft
