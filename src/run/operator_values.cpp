#include "nnft/run/operator_values.hpp"

#include <Eigen/Cholesky>
#include <cmath>
#include <string>

#include "nnft/core/error.hpp"
#include "nnft/run/chain_factory.hpp"
#include "nnft/run/config_values.hpp"
#include "nnft/run/ensemble_factory.hpp"
#include "nnft/theory/few_node_network.hpp"
#include "nnft/theory/few_node_process.hpp"
#include "nnft/theory/field_perturbation.hpp"
#include "nnft/theory/gauss_moments.hpp"
#include "nnft/theory/mlp_moments.hpp"
#include "nnft/theory/normalisable.hpp"
#include "nnft/theory/wave_rule.hpp"

namespace nnft {
namespace {

/// Beyond these nothing is tried.
constexpr int most_network_nodes = 2;
constexpr int most_process_nodes = 64;

/// Nodes first, then sites.
RowMatrix all_points(const Config& config, const NodeGrid& grid) {
  RowMatrix points(grid.size() + config.sites.rows(), grid.dimension());
  points << grid.coordinates(), config.sites;
  return points;
}

FewNodeMoments network_moments(const Config& config, double width, const MomentLayout& layout, const FieldOperator& op,
                               double most_operations) {
  const FieldConfig& field = config.field;
  const SiteSet points(all_points(config, node_grid(config)));
  const Readout readout{output_layer(field), width};
  if (field.architecture == "cos")
    return few_node_network(layout, cos_wave_rule(points, field.sigma_weight), readout, op, most_operations);
  if (field.architecture == "free-scalar")
    return few_node_network(layout, free_scalar_wave_rule(points, free_scalar_spec(field)), readout, op, most_operations);
  if (field.architecture == "mlp")
    return few_node_network(layout, mlp_neuron_rule(mlp_spec(field), points, 1.0), readout, op, most_operations);
  throw UsageError("nnft exact: no exact values are known of " + field.architecture + " under a field-operator at finite width");
}

/// The limit of μ² of the mass term alone.
double quadratic_limit(const Config& config, const NodeGrid& grid, double width) {
  const Vector weights = grid.weights();
  if (std::isinf(width)) return process_quadratic_limit(infinite_width_kernel_at(config, grid.coordinates()), weights);
  const FieldConfig& field = config.field;
  const OutputLayer output = output_layer(field);
  if (field.architecture == "cos") return network_quadratic_limit(output, cos_response(weights), weights);
  if (field.architecture == "free-scalar")
    return network_quadratic_limit(output, free_scalar_response(weights, free_scalar_spec(field), grid.dimension()), weights);
  if (field.architecture == "mlp") return network_quadratic_limit(output, mlp_response(weights, mlp_spec(field)), weights);
  return network_quadratic_limit(output, INFINITY, weights);
}

/// With the mass term alone the field stays Gaussian, of covariance G + G W^½ μ² (1 − μ² W^½GW^½)⁻¹ W^½ G.
Vector shifted_mass_connected(const Config& config, double mu2, const MomentLayout& layout) {
  const NodeGrid grid = node_grid(config);
  const Eigen::Index nodes = grid.size(), sites = config.sites.rows();
  const RowMatrix covariance = infinite_width_kernel_at(config, all_points(config, grid));
  const Vector roots = grid.weights().cwiseSqrt();
  const Eigen::MatrixXd inner = roots.asDiagonal() * covariance.topLeftCorner(nodes, nodes) * roots.asDiagonal();
  const Eigen::MatrixXd outer = roots.asDiagonal() * covariance.topRightCorner(nodes, sites);
  const Eigen::MatrixXd propagator = Eigen::MatrixXd::Identity(nodes, nodes) - mu2 * inner;
  const Eigen::MatrixXd shifted =
      covariance.bottomRightCorner(sites, sites) + mu2 * outer.transpose() * propagator.ldlt().solve(outer);
  Vector connected = Vector::Zero(layout.size());
  for (int pair = 0; pair < layout.index(2).size(); ++pair)
    connected[pair] = shifted(layout.index(2).tuple(pair)[0], layout.index(2).tuple(pair)[1]);
  return connected;
}

}  // namespace

Vector few_node_connected(const Config& config, const ScanPoint& point, const MomentLayout& layout, double most_operations) {
  const NodeGrid grid = node_grid(config);
  const FieldCouplings couplings = field_couplings(config, point);
  if (std::isinf(point.width) && couplings.lambda == 0.0 && couplings.kappa == 0.0)
    return shifted_mass_connected(config, couplings.mu2, layout);
  // Said before anything is computed: it may take long.
  const int most = std::isinf(point.width) ? most_process_nodes : most_network_nodes;
  if (grid.size() > most)
    throw UsageError("nnft exact: no exact values are known of a field-operator on " + std::to_string(grid.size()) +
                     " nodes at " + point.name + " (" + std::to_string(most) +
                     " at most; --perturbation expands in its strength at width inf)");
  const FieldOperator op(grid, couplings);
  if (!std::isinf(point.width)) return network_moments(config, point.width, layout, op, most_operations).connected;
  return few_node_process(layout, infinite_width_kernel_at(config, all_points(config, grid)), op, most_operations).connected;
}

Vector perturbative_connected(const Config& config, const ScanPoint& point, const MomentLayout& layout) {
  if (!std::isinf(point.width))
    throw UsageError("nnft exact --perturbation: expected width inf, where free fields are Gaussian, got " + point.name);
  const NodeGrid grid = node_grid(config);
  const FieldOperator op(grid, field_couplings(config, point));
  return field_expansion(layout, infinite_width_kernel_at(config, all_points(config, grid)), op).at(op.couplings());
}

void require_normalisable(const Config& config, const Plan& plan) {
  if (!config.has_field_operator()) return;
  const NodeGrid grid = node_grid(config);
  double width = 0.0, quadratic = 0.0;
  for (const ScanPoint& point : plan.points()) {
    const FieldCouplings couplings = field_couplings(config, point);
    const bool mass_alone = couplings.lambda == 0.0 && couplings.kappa == 0.0 && couplings.mu2 > 0.0;
    if (mass_alone && point.width != width) {
      width = point.width;
      quadratic = quadratic_limit(config, grid, width);
    }
    if (is_normalisable(couplings, quadratic)) continue;
    const double limit = mu2_limit(couplings, quadratic);
    const std::string text = "exp(-V) has an infinite mean at " + point.name;
    if (std::isfinite(limit))
      throw UsageError("deformation.mu2: expected less than " + shortest_text(limit) +
                       " without a quartic or sextic term at width " + number_text(point.width) + ", since " + text);
    throw UsageError(couplings.kappa != 0.0
                         ? "deformation.kappa: expected a number >= 0, since " + text + ", got " + shortest_text(couplings.kappa)
                         : "deformation.strength: expected numbers >= 0 unless kappa > 0, since " + text + ", got " +
                               shortest_text(couplings.lambda));
  }
}

}  // namespace nnft
