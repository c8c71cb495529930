#include "nnft/theory/source_functional.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <functional>
#include <limits>
#include <numbers>
#include <string>

#include "nnft/core/error.hpp"
#include "nnft/core/quadrature.hpp"
#include "nnft/theory/ball_integral.hpp"
#include "nnft/theory/gaussian_lattice.hpp"
#include "nnft/theory/kernels.hpp"
#include "nnft/theory/mlp_moments.hpp"
#include "nnft/theory/unit_directions.hpp"

namespace nnft {
namespace {

using std::numbers::pi;

/// E[exp(wy)] − 1 of w of variance 1, without cancellation.
double growth(const ParameterDensity& density, double y) {
  switch (density.shape) {
    case DensityShape::normal:
      return std::expm1(0.5 * y * y);
    case DensityShape::uniform: {
      const double x = std::numbers::sqrt3 * std::abs(y);
      return x < 0.03 ? x * x / 6 * (1 + x * x / 20 * (1 + x * x / 42)) : std::sinh(x) / x - 1.0;
    }
    case DensityShape::laplace:
      return 0.5 * y * y / (1.0 - 0.5 * y * y);
    case DensityShape::student_t:
      return std::numeric_limits<double>::infinity();
    case DensityShape::rademacher:
      return 2.0 * std::sinh(0.5 * y) * std::sinh(0.5 * y);
  }
  return 0.0;
}

/// ln E exp(a₀ ΣJ).
double output_bias_part(const OutputLayer& output, const Vector& sources) {
  const double y = output.sigma_out_bias * sources.sum();
  return output.density.is_normal() ? 0.5 * y * y : std::log1p(growth(output.density, y));
}

/// The average of growth(y cos b) over the phase b.
double phase_average(const ParameterDensity& density, double y) {
  if (density.shape == DensityShape::laplace) return std::expm1(-0.5 * std::log1p(-0.5 * y * y));
  const int points = 32 + static_cast<int>(density.is_normal() ? y * y : 4.0 * std::abs(y));
  double sum = 0.0;
  for (int k = 0; k < points; ++k) sum += growth(density, y * std::cos(pi * (k + 0.5) / points));
  return sum / points;
}

/// The average of growth(ry) over the length r of a standard Gaussian vector.
double radius_average(const ParameterDensity& density, int dimensions, double y) {
  if (density.is_normal()) return std::expm1(-0.5 * dimensions * std::log1p(-y * y));
  const QuadratureRule rule = composite(gauss_legendre(16), {0.0, 11.0 + 2.0 * std::abs(y)}, 1.0);
  const double norm = std::pow(2.0, 0.5 * dimensions - 1.0) * std::tgamma(0.5 * dimensions);
  double sum = 0.0;
  for (std::size_t k = 0; k < rule.size(); ++k) {
    const double r = rule.nodes[k];
    sum += rule.weights[k] * std::pow(r, dimensions - 1) * std::exp(-0.5 * r * r) * growth(density, r * y);
  }
  return sum / norm;
}

/// N ln(1 + E[average(y)]), y = σ_a f/√N with f = Σ J_p features.
double neurons_part(const NeuronRule& rule, const Readout& readout, const Vector& sources,
                    const std::function<double(double)>& average) {
  const double factor = readout.output.sigma_out / std::sqrt(readout.width);
  RuleAverage task;
  task.size = 1;
  task.add = [&](const FeatureNodes& nodes, Vector& sums) {
    const Vector y = factor * (nodes.features.transpose() * sources);
    for (Eigen::Index k = 0; k < y.size(); ++k) sums[0] += nodes.weights[k] * average(y[k]);
  };
  task.difference = [](const Vector& coarse, const Vector& fine) {
    const double change = std::abs(fine[0] - coarse[0]);
    return change == 0.0 ? 0.0 : std::isfinite(change) ? change / std::abs(fine[0]) : std::numeric_limits<double>::infinity();
  };
  return readout.width * std::log1p(converged_average(rule, task)[0]);
}

/// |Σ_p J_p e^{iz_p}| for every column of z: what is left of f once the phase is averaged.
RowMatrix wave_amplitudes(const RowMatrix& z, const Vector& sources) {
  RowMatrix amplitudes(1, z.cols());
  for (Eigen::Index k = 0; k < z.cols(); ++k) {
    std::complex<double> sum = 0.0;
    for (Eigen::Index p = 0; p < z.rows(); ++p) sum += sources[p] * std::polar(1.0, z(p, k));
    amplitudes(0, k) = std::abs(sum);
  }
  return amplitudes;
}

NeuronRule momentum_rule(const SiteSet& sites, const FreeScalarSpec& spec, const Vector& sources) {
  const MomentumBall ball{sites.dimension(), spec.cutoff, spec.mass};
  const double norm = ball.integral(-1.0 - spec.momentum_exponent, 0.0);
  const double amplitude = std::sqrt(2.0 * norm / std::pow(2.0 * pi, sites.dimension()));
  const RowMatrix from_first = sites.coordinates().rowwise() - sites.coordinates().row(0);
  const double extent = 2.0 * from_first.rowwise().norm().maxCoeff();
  NeuronRule rule;
  rule.name = "free-scalar";
  rule.sites = 1;
  rule.nodes = [=](int level) {
    const double radial = 20.0 * (1.0 + spec.cutoff * extent / 4.0) * (level + 1) * std::asinh(spec.cutoff / spec.mass);
    return radial * std::pow((16.0 + 2.0 * extent * spec.cutoff) * (level + 1), sites.dimension() - 1);
  };
  rule.visit = [=](int level, const FeatureVisitor& visitor) {
    const QuadratureRule radial = ball.radial_rule(2.0 * extent * (level + 1));
    for (std::size_t k = 0; k < radial.size(); ++k) {
      const double p = radial.nodes[k], propagator = p * p + spec.mass * spec.mass;
      const double density = sphere_area(ball.dimension) * std::pow(p, ball.dimension - 1) *
                             std::pow(propagator, -1.0 - spec.momentum_exponent) / norm;
      const UnitDirections unit = unit_directions(ball.dimension, p * extent, level);
      visitor({radial.weights[k] * density * unit.weights, amplitude * std::pow(propagator, 0.5 * spec.momentum_exponent) *
                                                               wave_amplitudes(p * (from_first * unit.vectors), sources)});
    }
  };
  return rule;
}

double gaussian_functional(RowMatrix kernel, const Readout& readout, const Vector& sources) {
  return 0.5 * sources.dot(kernel * sources) + output_bias_part(readout.output, sources);
}

OutputLayer without_bias(OutputLayer output) {
  output.sigma_out_bias = 0.0;
  return output;
}

void expect_sources(const SiteSet& sites, const Readout& readout, const Vector& sources) {
  if (sources.size() != sites.size())
    throw ShapeError("W[J]: expected " + std::to_string(sites.size()) + " sources, got " + std::to_string(sources.size()));
  if (!(readout.width >= 1.0)) throw UsageError("W[J]: expected width >= 1, got " + std::to_string(readout.width));
}

}  // namespace

double cos_source_functional(const SiteSet& sites, double sigma_weight, const Readout& readout, const Vector& sources) {
  expect_sources(sites, readout, sources);
  expect_finite_sources(cos_source_limit(readout, sources), "cos");
  if (std::isinf(readout.width))
    return gaussian_functional(cos_kernel(sites, sigma_weight, without_bias(readout.output)), readout, sources);
  const RowMatrix from_first = sites.coordinates().rowwise() - sites.coordinates().row(0);
  const GaussianLattice lattice(reduce_rank(sigma_weight / std::sqrt(sites.dimension()) * from_first), 9.0, true);
  NeuronRule rule;
  rule.name = "cos";
  rule.sites = 1;
  rule.nodes = [&](int level) { return lattice.nodes(level); };
  rule.visit = [&](int level, const FeatureVisitor& visitor) {
    lattice.visit(level, [&](const GaussianNodes& nodes) { visitor({nodes.weights, wave_amplitudes(nodes.values, sources)}); });
  };
  const auto average = [&](double y) { return phase_average(readout.output.density, y); };
  return neurons_part(rule, readout, Vector::Ones(1), average) + output_bias_part(readout.output, sources);
}

double free_scalar_source_functional(const SiteSet& sites, const FreeScalarSpec& spec, const Readout& readout,
                                     const Vector& sources) {
  expect_sources(sites, readout, sources);
  expect_finite_sources(free_scalar_source_limit(sites, spec, readout, sources), "free-scalar");
  if (std::isinf(readout.width))
    return gaussian_functional(free_scalar_kernel(sites, spec, without_bias(readout.output)), readout, sources);
  const auto average = [&](double y) { return phase_average(readout.output.density, y); };
  return neurons_part(momentum_rule(sites, spec, sources), readout, Vector::Ones(1), average) +
         output_bias_part(readout.output, sources);
}

double mlp_source_functional(const SiteSet& sites, const MlpSpec& spec, const Readout& readout, const Vector& sources) {
  expect_sources(sites, readout, sources);
  const double limit = mlp_source_limit(sites, spec, readout, sources);
  expect_finite_sources(limit, "mlp");
  if (std::isinf(readout.width))
    return gaussian_functional(mlp_kernel(sites, spec, without_bias(readout.output)), readout, sources);
  if (spec.depth > 1 && readout.width > 1.0)
    throw UsageError("W[J]: mlp of depth " + std::to_string(spec.depth) +
                     " has no exact W[J] at this width; expected depth 1, width 1 in every layer, or width inf");
  // exp(½(u/limit)²) instead of a power: the lattice reaches as far as the Gaussian weight that is left.
  const double reach = std::isfinite(limit) ? 26.0 * (1.0 / std::sqrt(1.0 - 1.0 / (limit * limit)) - 1.0) : 0.0;
  const NeuronRule rule = mlp_neuron_rule(spec, sites, reach + 2.0);
  const auto average = [&](double y) {
    return rule.directions_in ? radius_average(readout.output.density, *rule.directions_in, y)
                              : growth(readout.output.density, y);
  };
  return neurons_part(rule, readout, sources, average) + output_bias_part(readout.output, sources);
}

}  // namespace nnft
