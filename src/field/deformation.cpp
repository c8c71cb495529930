#include "nnft/field/deformation.hpp"

namespace nnft {

std::string_view to_string(DeformationKind kind) noexcept {
  switch (kind) {
    case DeformationKind::weight_quartic:
      return "weight-quartic";
    case DeformationKind::weight_ring:
      return "weight-ring";
    case DeformationKind::shared_scale:
      return "shared-scale";
    case DeformationKind::field_operator:
      return "field-operator";
    case DeformationKind::field_mass:
      return "mu2";
  }
  return "";
}

const std::vector<DeformationKind>& all_deformation_kinds() noexcept {
  static const std::vector<DeformationKind> kinds = {DeformationKind::weight_quartic, DeformationKind::weight_ring,
                                                     DeformationKind::shared_scale, DeformationKind::field_operator};
  return kinds;
}

}  // namespace nnft
