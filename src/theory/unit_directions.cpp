#include "nnft/theory/unit_directions.hpp"

#include <cmath>
#include <numbers>

#include "nnft/core/quadrature.hpp"

namespace nnft {

using std::numbers::pi;

UnitDirections unit_directions(int dimension, double phase, int level) {
  if (dimension == 1) return {RowMatrix::Ones(1, 1), Vector::Ones(1)};
  const int around = (16 + static_cast<int>(2.0 * phase)) * (level + 1);
  if (dimension == 2) {
    UnitDirections circle{RowMatrix(2, around), Vector::Constant(around, 1.0 / around)};
    for (int k = 0; k < around; ++k)
      circle.vectors.col(k) << std::cos(pi * (k + 0.5) / around), std::sin(pi * (k + 0.5) / around);
    return circle;
  }
  const QuadratureRule height = gauss_legendre(around);
  UnitDirections sphere{RowMatrix(3, 2 * around * around), Vector(2 * around * around)};
  for (int h = 0; h < around; ++h)
    for (int k = 0; k < 2 * around; ++k) {
      const double z = height.nodes[static_cast<std::size_t>(h)], radius = std::sqrt((1 - z) * (1 + z));
      sphere.vectors.col(2 * around * h + k) << radius * std::cos(pi * k / around), radius * std::sin(pi * k / around), z;
      sphere.weights[2 * around * h + k] = 0.25 * height.weights[static_cast<std::size_t>(h)] / around;
    }
  return sphere;
}

}  // namespace nnft
