#include "nnft/run/deformed_weights.hpp"

#include <cmath>
#include <limits>

#include "nnft/sampling/finite_differences.hpp"

namespace nnft {
namespace {

/// The part of the distance to the nearest singularity that a step is. Derivatives of order n are about n! over the n-th power of
/// the distance, so that those by differences are wrong by a few times the fourth power of this, relatively, and by about 200
/// times it if the points lie on one side; by rounding, by 1e-16 over its square.
constexpr double step_fraction = 0.02;

/// How far the nearest singularity of correlators in the strength is, about.
double natural_distance(const Config& config, const ScanPoint& point, const Deformation& deformation) {
  if (deformation.kind == DeformationKind::weight_ring) return 0.5 * (0.5 - std::abs(deformation.strength));
  const double neurons = config.field.hidden_widths.empty() ? point.width : config.field.hidden_widths.front();
  const double d = config.field.input_dim, weights = neurons * d;
  const double variance = config.field.sigma_weight * config.field.sigma_weight / d;
  // R at the peak of many weights' density is 2Nσ_w²/(1 + √(1 + α/bend)), singular at −bend. Few weights have a broad peak, whose
  // tail feels the quartic term before.
  const double bend = neurons / (16.0 * d * variance * variance);
  return (bend + deformation.strength) * weights / (weights + 15.0);
}

}  // namespace

std::vector<std::size_t> weight_parameters(const Config& config) {
  std::vector<std::size_t> parameters;
  for (std::size_t p = 0; p < static_cast<std::size_t>(config.deformation_count()); ++p)
    if (deforms_weights(*config.deformations[p].kind)) parameters.push_back(p);
  return parameters;
}

Deformation weight_deformation(const Config& config, const ScanPoint& point) {
  Deformation deformation{DeformationKind::weight_quartic, 0.0};
  for (const std::size_t p : weight_parameters(config))
    if (point.strengths[p] != 0.0 || deformation.strength == 0.0)
      deformation = {*config.deformations[p].kind, point.strengths[p]};
  return deformation;
}

std::vector<MultiIndex> score_powers(const Config& config) {
  const DerivativeLayout layout = derivative_layout(config);
  std::vector<MultiIndex> all;
  if (layout.method() != DerivativeMethod::score) return all;
  for (const int monomial : layout.summed()) {
    MultiIndex powers{};
    std::size_t potential = 0;
    for (const std::size_t p : weight_parameters(config)) powers[potential++] = layout.basis().index(monomial)[p];
    all.push_back(powers);
  }
  return all;
}

NeighbouringStrengths neighbouring_strengths(const Config& config, const ScanPoint& point) {
  const Deformation own = weight_deformation(config, point);
  const DerivativeLayout layout = derivative_layout(config);
  if (layout.method() != DerivativeMethod::differences || layout.summed().empty()) return {{own}, RowMatrix()};
  const double least = own.kind == DeformationKind::weight_quartic ? 0.0 : -std::numeric_limits<double>::infinity();
  const Stencil stencil = derivative_stencil(own.strength, step_fraction * natural_distance(config, point, own), least);
  NeighbouringStrengths neighbours{{}, RowMatrix(static_cast<Eigen::Index>(layout.summed().size()), stencil.nodes.size())};
  for (const double strength : stencil.nodes) neighbours.copies.push_back({own.kind, strength});
  const std::size_t parameter = weight_parameters(config).front();
  for (std::size_t k = 0; k < layout.summed().size(); ++k)
    neighbours.weights.row(static_cast<Eigen::Index>(k)) =
        stencil.weights.row(layout.basis().index(layout.summed()[k])[parameter] - 1);
  return neighbours;
}

Vector derivative_rounding(const Config& config, const ScanPoint& point) {
  const DerivativeLayout layout = derivative_layout(config);
  if (layout.method() != DerivativeMethod::differences || layout.summed().empty()) return {};
  const NeighbouringStrengths neighbours = neighbouring_strengths(config, point);
  const std::size_t parameter = weight_parameters(config).front();
  Vector rounding = Vector::Zero(layout.size());
  for (int k = 1; k <= layout.size(); ++k)
    // Mixed derivatives with a shared scale are those of the weights times factors of its own.
    for (std::size_t row = 0; row < layout.summed().size(); ++row)
      if (layout.basis().index(layout.summed()[row])[parameter] == layout.basis().index(k)[parameter])
        rounding[k - 1] =
            std::numeric_limits<double>::epsilon() * neighbours.weights.row(static_cast<Eigen::Index>(row)).cwiseAbs().sum();
  return rounding;
}

}  // namespace nnft
