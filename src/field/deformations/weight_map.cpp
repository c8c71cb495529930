#include "nnft/field/deformations/weight_map.hpp"

#include <string>

#include "nnft/core/error.hpp"
#include "nnft/field/deformations/quartic_map.hpp"
#include "nnft/field/deformations/ring_map.hpp"

namespace nnft {

std::unique_ptr<WeightMap> weight_map(const Deformation& deformation, double variance, std::uint32_t neurons, int input_dim) {
  switch (deformation.kind) {
    case DeformationKind::weight_quartic:
      return std::make_unique<QuarticMap>(deformation.strength, variance, neurons, input_dim);
    case DeformationKind::weight_ring:
      return std::make_unique<RingMap>(deformation.strength, neurons, input_dim);
    case DeformationKind::field_operator:
    case DeformationKind::field_mass:
    case DeformationKind::shared_scale:
      break;
  }
  throw UsageError("map of the weights: expected weight-quartic or weight-ring, got " + std::string(to_string(deformation.kind)));
}

}  // namespace nnft
