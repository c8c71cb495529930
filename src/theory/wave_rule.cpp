#include "nnft/theory/wave_rule.hpp"

#include <cmath>
#include <numbers>

#include "nnft/theory/ball_integral.hpp"
#include "nnft/theory/gaussian_lattice.hpp"
#include "nnft/theory/unit_directions.hpp"

namespace nnft {
namespace {

using std::numbers::pi;

int phases(int level) { return 16 << level; }

RowMatrix from_first(const SiteSet& points) { return points.coordinates().rowwise() - points.coordinates().row(0); }

/// Nodes of angles θ_p, shape (points, nodes), with all phases: amplitude·cos(θ_p + c).
FeatureNodes with_phases(const Vector& weights, const RowMatrix& angles, double amplitude, int level) {
  const int count = phases(level);
  FeatureNodes nodes{Vector(weights.size() * count), RowMatrix(angles.rows(), weights.size() * count)};
  for (int k = 0; k < count; ++k) {
    const Eigen::Index begin = k * weights.size();
    nodes.weights.segment(begin, weights.size()) = weights / count;
    nodes.features.middleCols(begin, weights.size()) = amplitude * (angles.array() + pi * (k + 0.5) / count).cos().matrix();
  }
  return nodes;
}

}  // namespace

NeuronRule cos_neuron_rule(const SiteSet& points, double sigma_weight) {
  const RowMatrix loadings = sigma_weight / std::sqrt(points.dimension()) * from_first(points);
  const GaussianLattice lattice(reduce_rank(loadings), 10.0, true);
  NeuronRule rule;
  rule.name = "cos";
  rule.sites = points.size();
  rule.nodes = [=](int level) { return lattice.nodes(level) * phases(level); };
  rule.visit = [=](int level, const FeatureVisitor& visitor) {
    lattice.visit(level, [&](const GaussianNodes& nodes) { visitor(with_phases(nodes.weights, nodes.values, 1.0, level)); });
  };
  return rule;
}

NeuronRule free_scalar_neuron_rule(const SiteSet& points, const FreeScalarSpec& spec) {
  const MomentumBall ball{points.dimension(), spec.cutoff, spec.mass};
  const double norm = ball.integral(-1.0 - spec.momentum_exponent, 0.0);
  const double scale = std::sqrt(2.0 * norm / std::pow(2.0 * pi, points.dimension()));
  const RowMatrix positions = from_first(points);
  const double extent = positions.rowwise().norm().maxCoeff();
  const auto radial_rule = [=](int level) { return ball.radial_rule(4.0 * extent * (level + 1)); };
  NeuronRule rule;
  rule.name = "free-scalar";
  rule.sites = points.size();
  rule.nodes = [=](int level) {
    const auto directions = unit_directions(ball.dimension, 0.5 * spec.cutoff * extent, level).weights.size();
    return static_cast<double>(radial_rule(level).size()) * static_cast<double>(directions) * phases(level);
  };
  rule.visit = [=](int level, const FeatureVisitor& visitor) {
    const QuadratureRule radial = radial_rule(level);
    for (std::size_t k = 0; k < radial.size(); ++k) {
      const double p = radial.nodes[k], propagator = p * p + spec.mass * spec.mass;
      const double density = sphere_area(ball.dimension) * std::pow(p, ball.dimension - 1) *
                             std::pow(propagator, -1.0 - spec.momentum_exponent) / norm;
      const UnitDirections unit = unit_directions(ball.dimension, p * extent, level);
      const double amplitude = scale * std::pow(propagator, 0.5 * spec.momentum_exponent);
      visitor(with_phases(radial.weights[k] * density * unit.weights, p * (positions * unit.vectors), amplitude, level));
    }
  };
  return rule;
}

}  // namespace nnft
