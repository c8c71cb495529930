#include "nnft/theory/mlp_moments.hpp"

#include <cmath>
#include <span>
#include <string>
#include <utility>

#include "nnft/core/error.hpp"
#include "nnft/theory/direction_rule.hpp"
#include "nnft/theory/gaussian_lattice.hpp"
#include "nnft/theory/isserlis.hpp"
#include "nnft/theory/one_neuron.hpp"
#include "nnft/theory/weight_rule.hpp"

namespace nnft {
namespace {

std::string describe(const MlpSpec& spec, const SiteSet& sites) {
  return "mlp with input-dim " + std::to_string(sites.dimension()) + (spec.sigma_bias > 0.0 ? " and biases" : "") +
         (spec.depth > 1 ? " and depth " + std::to_string(spec.depth) : "");
}

[[noreturn]] void refuse_dimension(const std::string& net, int dimensions, int most) {
  throw UsageError("exact: " + net + " needs a quadrature in " + std::to_string(dimensions) + " dimensions; expected at most " +
                   std::to_string(most));
}

bool is_homogeneous(Activation activation) { return activation == Activation::relu || activation == Activation::identity; }

template <class Rule>
void use(NeuronRule& neuron, Rule rule, std::function<RowMatrix(RowMatrix)> features) {
  neuron.nodes = [rule](int level) { return rule.nodes(level); };
  neuron.visit = [rule, features = std::move(features)](int level, const FeatureVisitor& visitor) {
    rule.visit(level, [&](const auto& nodes) { visitor({nodes.weights, features(nodes.values)}); });
  };
}

/// |u| beyond which the Gaussian weight times |u|^growth is negligible.
double gaussian_range(double growth) { return 8.8 + 0.35 * growth; }

/// Depth 1.
NeuronRule shallow_rule(const MlpSpec& spec, const SiteSet& sites, double growth) {
  const Activation activation = spec.activation;
  const RowMatrix loadings = input_loadings(spec, sites);
  const auto features = [activation](RowMatrix z) -> RowMatrix {
    return z.unaryExpr([activation](double x) { return activate(activation, x); });
  };
  const bool bounded = std::isfinite(activation_bound(activation));
  NeuronRule rule;
  rule.sites = sites.size();
  rule.name = describe(spec, sites);
  const int dimensions = static_cast<int>(loadings.cols());
  if (!spec.density.is_normal()) {
    use(rule, WeightRule(loadings, spec.density, {bounded ? 0.0 : growth, activation == Activation::relu}), features);
    rule.exact = spec.density.shape == DensityShape::rademacher;
    return rule;
  }
  if (dimensions > 3) refuse_dimension(rule.name, dimensions, 3);
  if (is_homogeneous(activation)) {
    use(rule, DirectionRule(loadings), features);
    rule.directions_in = dimensions;
    rule.exact = dimensions == 1;
    if (dimensions == 3) rule.tolerance = 1e-9;
    return rule;
  }
  use(rule, GaussianLattice(loadings, gaussian_range(bounded ? 0.0 : growth), has_parity(activation)), features);
  if (dimensions == 3) rule.tolerance = 1e-7;
  return rule;
}

/// One neuron in every layer: the parameters after the first layer are further directions of the lattice.
NeuronRule narrow_rule(const MlpSpec& spec, const SiteSet& sites, double growth) {
  NeuronRule rule;
  rule.sites = sites.size();
  rule.name = describe(spec, sites) + " and one neuron in every layer";
  if (!spec.density.is_normal())
    throw UsageError("exact: " + rule.name + ": expected normal weights, got " + std::string(to_string(spec.density.shape)));
  for (const std::uint32_t width : spec.hidden_widths)
    if (width != 1) throw UsageError("exact: " + rule.name + ": expected hidden-widths 1, got " + std::to_string(width));
  if (spec.activation == Activation::relu) throw UsageError("exact: " + rule.name + ": relu is exact without biases only");
  const RowMatrix first = input_loadings(spec, sites);
  const bool biases = spec.sigma_bias > 0.0;
  const Eigen::Index further = (spec.depth - 1) * (biases ? 2 : 1);
  const Eigen::Index dimensions = first.cols() + further;
  if (dimensions > 3) refuse_dimension(rule.name, static_cast<int>(dimensions), 3);
  RowMatrix loadings = RowMatrix::Zero(first.rows() + further, dimensions);
  loadings.topLeftCorner(first.rows(), first.cols()) = first;
  loadings.bottomRightCorner(further, further).setIdentity();
  const auto features = [spec, biases, size = first.rows()](RowMatrix values) -> RowMatrix {
    const auto sigma = [&](double x) { return activate(spec.activation, x); };
    RowMatrix h = values.topRows(size).unaryExpr(sigma);
    for (Eigen::Index layer = 0; layer < spec.depth - 1; ++layer) {
      const Eigen::Index row = size + layer * (biases ? 2 : 1);
      for (Eigen::Index site = 0; site < size; ++site) {
        h.row(site).array() *= spec.sigma_weight * values.row(row).array();
        if (biases) h.row(site) += spec.sigma_bias * values.row(row + 1);
      }
      h = h.unaryExpr(sigma).eval();
    }
    return h;
  };
  const bool bounded = std::isfinite(activation_bound(spec.activation));
  use(rule, GaussianLattice(loadings, gaussian_range(bounded ? 0.0 : growth * spec.depth), false), features);
  if (dimensions == 3) rule.tolerance = 1e-7;
  return rule;
}

/// relu and identity without biases, one neuron in every layer: later layers multiply by (σ_w relu(w))ⁿ; in one input dimension
/// the sign of the weight is all that the features of several sites have in common.
Vector narrow_homogeneous(const MomentLayout& layout, const MlpSpec& spec, const SiteSet& sites) {
  for (const std::uint32_t width : spec.hidden_widths)
    if (width != 1) throw UsageError("exact: deep mlp: expected hidden-widths 1, got " + std::to_string(width));
  MlpSpec first = spec;
  first.depth = 1;
  Vector moments = mlp_feature_moments(layout, first, sites);
  for (const int order : layout.orders()) {
    const double half = spec.activation == Activation::relu ? 0.5 : 1.0;
    const double layer = half * std::pow(spec.sigma_weight, order) * spec.density.moment(order);
    moments.segment(layout.offset(order), layout.index(order).size()) *= std::pow(layer, spec.depth - 1);
  }
  return moments;
}

}  // namespace

RowMatrix input_loadings(const MlpSpec& spec, const SiteSet& sites) {
  const bool biases = spec.sigma_bias > 0.0;
  RowMatrix loadings(sites.size(), sites.dimension() + (biases ? 1 : 0));
  loadings.leftCols(sites.dimension()) = spec.sigma_weight / std::sqrt(sites.dimension()) * sites.coordinates();
  if (biases) loadings.rightCols(1).setConstant(spec.sigma_bias);
  if (spec.density.is_normal()) return reduce_rank(loadings);
  RowMatrix present(loadings.rows(), 0);
  for (Eigen::Index column = 0; column < loadings.cols(); ++column) {
    if (loadings.col(column).isZero(0.0) && !(present.cols() == 0 && column + 1 == loadings.cols())) continue;
    present.conservativeResize(Eigen::NoChange, present.cols() + 1);
    present.rightCols(1) = loadings.col(column);
  }
  return present;
}

NeuronRule mlp_neuron_rule(const MlpSpec& spec, const SiteSet& sites, double growth) {
  return spec.depth == 1 ? shallow_rule(spec, sites, growth) : narrow_rule(spec, sites, growth);
}

Vector mlp_feature_moments(const MomentLayout& layout, const MlpSpec& spec, const SiteSet& sites) {
  const bool is_one_layer = spec.depth == 1;
  if (!is_one_layer && is_homogeneous(spec.activation) && spec.sigma_bias == 0.0) return narrow_homogeneous(layout, spec, sites);
  if (is_one_layer && spec.density.is_normal()) {
    const RowMatrix loadings = input_loadings(spec, sites);
    const RowMatrix covariance = loadings * loadings.transpose();
    const auto closed = [&](double (*product)(const RowMatrix&, std::span<const int>)) {
      return feature_moments(layout, [&](std::span<const int> tuple) { return product(covariance, tuple); });
    };
    if (spec.activation == Activation::identity) return closed(gaussian_product);
    if (spec.activation == Activation::cos) return closed(gaussian_cos_product);
    if (spec.activation == Activation::sin) return closed(gaussian_sin_product);
  }
  return feature_moments(layout, mlp_neuron_rule(spec, sites, layout.orders().back()));
}

}  // namespace nnft
