#pragma once
/// @file Densities that weights and biases may have.

#include <string>
#include <string_view>
#include <vector>

namespace nnft {

enum class DensityShape { normal, uniform, laplace, student_t, rademacher };

/// Every shape, in the order of messages.
const std::vector<DensityShape>& all_density_shapes();

std::string_view to_string(DensityShape shape) noexcept;

/// A symmetric density of mean 0 and variance 1.
struct ParameterDensity {
  DensityShape shape = DensityShape::normal;
  double degrees_of_freedom = 0.0;  ///< of student-t only, > 2: unit variance needs a second moment

  bool operator==(const ParameterDensity&) const = default;

  bool is_normal() const noexcept { return shape == DensityShape::normal; }
  /// Moments of this order and above do not exist; infinite for all but student-t.
  double first_missing_moment() const noexcept;
  /// E[w^order]: 0 for odd orders, infinite where it does not exist. E[w⁴] is 3, 9/5, 6, 3(ν−2)/(ν−4), 1.
  double moment(int order) const noexcept;
};

}  // namespace nnft
