#include "nnft/theory/wave_rule.hpp"

#include <cmath>
#include <numbers>

#include "nnft/theory/ball_integral.hpp"
#include "nnft/theory/gaussian_lattice.hpp"
#include "nnft/theory/unit_directions.hpp"

namespace nnft {
namespace {

using std::numbers::pi;

RowMatrix from_first(const SiteSet& points) { return points.coordinates().rowwise() - points.coordinates().row(0); }

}  // namespace

WaveRule cos_wave_rule(const SiteSet& points, double sigma_weight) {
  const RowMatrix loadings = sigma_weight / std::sqrt(points.dimension()) * from_first(points);
  const GaussianLattice lattice(reduce_rank(loadings), 10.0, true);
  WaveRule rule;
  rule.name = "cos";
  rule.points = points.size();
  rule.nodes = [=](int level) { return lattice.nodes(level); };
  rule.visit = [=](int level, const WaveVisitor& visitor) {
    lattice.visit(level, [&](const GaussianNodes& nodes) {
      visitor({nodes.weights, Vector::Ones(nodes.weights.size()), nodes.values});
    });
  };
  return rule;
}

WaveRule free_scalar_wave_rule(const SiteSet& points, const FreeScalarSpec& spec) {
  const MomentumBall ball{points.dimension(), spec.cutoff, spec.mass};
  const double norm = ball.integral(-1.0 - spec.momentum_exponent, 0.0);
  const double scale = std::sqrt(2.0 * norm / std::pow(2.0 * pi, points.dimension()));
  const RowMatrix positions = from_first(points);
  const double extent = positions.rowwise().norm().maxCoeff();
  const auto radial_rule = [=](int level) { return ball.radial_rule(2.0 * extent * (level + 1)); };
  WaveRule rule;
  rule.name = "free-scalar";
  rule.points = points.size();
  rule.nodes = [=](int level) {
    const auto directions = unit_directions(ball.dimension, 0.5 * spec.cutoff * extent, level).weights.size();
    return static_cast<double>(radial_rule(level).size()) * static_cast<double>(directions);
  };
  rule.visit = [=](int level, const WaveVisitor& visitor) {
    const QuadratureRule radial = radial_rule(level);
    for (std::size_t k = 0; k < radial.size(); ++k) {
      const double p = radial.nodes[k], propagator = p * p + spec.mass * spec.mass;
      const double density = sphere_area(ball.dimension) * std::pow(p, ball.dimension - 1) *
                             std::pow(propagator, -1.0 - spec.momentum_exponent) / norm;
      const UnitDirections unit = unit_directions(ball.dimension, p * extent, level);
      const double amplitude = scale * std::pow(propagator, 0.5 * spec.momentum_exponent);
      visitor({radial.weights[k] * density * unit.weights, Vector::Constant(unit.weights.size(), amplitude),
               p * (positions * unit.vectors)});
    }
  };
  return rule;
}

NeuronRule with_phases(const WaveRule& waves) {
  NeuronRule rule;
  rule.name = waves.name;
  rule.sites = waves.points;
  rule.nodes = [waves](int level) { return waves.nodes(level) * (16 << level); };
  rule.visit = [waves](int level, const FeatureVisitor& visitor) {
    const int phases = 16 << level;
    waves.visit(level, [&](const WaveNodes& nodes) {
      for (int k = 0; k < phases; ++k)
        visitor({nodes.weights / phases,
                 (nodes.angles.array() + pi * (k + 0.5) / phases).cos().matrix() * nodes.amplitudes.asDiagonal()});
    });
  };
  return rule;
}

}  // namespace nnft
