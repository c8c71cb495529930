#include "nnft/action/dual_expansion.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "nnft/core/error.hpp"

namespace nnft {
namespace {

std::vector<Diagram> wanted_diagrams(std::span<const VertexKind> kinds, int order, int most_legs) {
  std::vector<Diagram> diagrams = diagrams_to_order(kinds, order);
  std::erase_if(diagrams, [most_legs](const Diagram& diagram) { return diagram.external_legs() > most_legs; });
  return diagrams;
}

double factorial(int n) { return std::tgamma(n + 1.0); }

int most_external_legs(const std::vector<Diagram>& diagrams) {
  int most = 2;
  for (const Diagram& diagram : diagrams) most = std::max(most, diagram.external_legs());
  return most;
}

int most_vertex_legs(const std::vector<VertexKind>& kinds) {
  int most = 2;
  for (const VertexKind& kind : kinds) most = std::max(most, kind.legs);
  return most;
}

}  // namespace

DualExpansion::DualExpansion(Duality duality, int sites, int modes, std::vector<VertexKind> kinds, int order, int most_legs)
    : duality_(duality),
      order_(order),
      legs_(2),
      kinds_(std::move(kinds)),
      diagrams_(wanted_diagrams(kinds_, order, most_legs)),
      sum_(modes, kinds_, diagrams_, duality == Duality::action_from_correlators ? -1.0 : 1.0) {
  legs_ = most_external_legs(diagrams_);
  for (int legs = 0; legs <= most_vertex_legs(kinds_); ++legs) inward_.emplace_back(modes, sites, legs);
  for (int legs = 0; legs <= legs_; ++legs) outward_.emplace_back(sites, modes, legs);
}

DiagramTensors DualExpansion::evaluate(const ModeBasis& basis, std::span<const Vector> vertices) const {
  if (vertices.size() != kinds_.size()) throw ShapeError("DualExpansion: expected one tensor for each kind of vertex");
  const bool action = duality_ == Duality::action_from_correlators;
  std::vector<Vector> inside;
  for (std::size_t k = 0; k < kinds_.size(); ++k)
    inside.push_back((action ? 1.0 : -factorial(kinds_[k].legs)) * inward(kinds_[k].legs).apply(basis.matrix(), vertices[k]));
  const DiagramTensors sums = sum_.sum(inside);
  const RowMatrix outward_basis = basis.matrix().transpose();
  DiagramTensors found(static_cast<std::size_t>(order_) + 1, std::vector<Vector>(static_cast<std::size_t>(legs_) + 1));
  for (std::size_t order = 1; order < sums.size(); ++order)
    for (std::size_t legs = 0; legs < sums[order].size(); ++legs) {
      if (sums[order][legs].size() == 0) continue;
      const double scale = action ? -1.0 : factorial(static_cast<int>(legs));
      found[order][legs] = scale * outward(static_cast<int>(legs)).apply(outward_basis, sums[order][legs]);
    }
  const Vector unit = [&] {
    const PackedIndex pairs(basis.modes(), 2);
    Vector components(pairs.size());
    for (int t = 0; t < pairs.size(); ++t) components[t] = pairs.tuple(t)[0] == pairs.tuple(t)[1] ? 1.0 : 0.0;
    return components;
  }();
  found[0][2] = (action ? 0.5 : 1.0) * outward(2).apply(outward_basis, unit);
  const double volume = 0.5 * basis.modes() * std::log(2.0 * std::numbers::pi), width = 0.5 * basis.log_determinant();
  found[0][0] = Vector::Constant(1, action ? volume + width : volume - width);
  return found;
}

}  // namespace nnft
