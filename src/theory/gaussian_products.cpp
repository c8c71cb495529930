#include "nnft/theory/gaussian_products.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "nnft/core/error.hpp"
#include "nnft/theory/direction_rule.hpp"
#include "nnft/theory/gaussian_lattice.hpp"
#include "nnft/theory/isserlis.hpp"
#include "nnft/theory/one_neuron.hpp"
#include "nnft/theory/orthant_product.hpp"

namespace nnft {
namespace {

using std::numbers::pi;

double first_derivative(Activation activation, double z) {
  switch (activation) {
    case Activation::tanh:
      return 1.0 / (std::cosh(z) * std::cosh(z));
    case Activation::relu:
      return z > 0.0 ? 1.0 : 0.0;
    case Activation::erf:
      return 2.0 * std::numbers::inv_sqrtpi * std::exp(-z * z);
    case Activation::sigmoid:
      return 0.25 / (std::cosh(0.5 * z) * std::cosh(0.5 * z));
    case Activation::sin:
      return std::cos(z);
    case Activation::cos:
      return -std::sin(z);
    case Activation::gelu:
      return 0.5 * std::erfc(-z / std::numbers::sqrt2) + z * std::exp(-0.5 * z * z) / std::sqrt(2 * pi);
    case Activation::identity:
      return 1.0;
  }
  return 0.0;
}

/// Of relu only where it is a function.
double second_derivative(Activation activation, double z) {
  switch (activation) {
    case Activation::tanh:
      return -2.0 * std::tanh(z) * first_derivative(activation, z);
    case Activation::erf:
      return -2.0 * z * first_derivative(activation, z);
    case Activation::sigmoid:
      return -std::tanh(0.5 * z) * first_derivative(activation, z);
    case Activation::sin:
      return -std::sin(z);
    case Activation::cos:
      return -std::cos(z);
    case Activation::gelu:
      return (2.0 - z * z) * std::exp(-0.5 * z * z) / std::sqrt(2 * pi);
    case Activation::relu:
    case Activation::identity:
      return 0.0;
  }
  return 0.0;
}

/// Below this part of the largest variance a dimension is dropped from averages of more than two sites: it changes them by as
/// little, and determinants lose their digits.
constexpr double least_fourth = 1e-7;

double lattice_range(Activation activation) { return std::isfinite(activation_bound(activation)) ? 8.8 : 10.5; }

/// E of products at the sites of one tuple, all distinct.
Vector products_of_distinct(Activation activation, const RowMatrix& covariance) {
  // relu with four sites is here because a fourth dimension is negligible.
  const RowMatrix loadings = gaussian_loadings(covariance, covariance.rows() > 2 ? least_fourth : 1e-14);
  NeuronRule rule;
  rule.name = "averages of four " + std::string(to_string(activation)) + " in " + std::to_string(loadings.cols()) + " dimensions";
  rule.sites = static_cast<int>(covariance.rows());
  rule.tolerance = loadings.cols() <= 2 ? 1e-10 : 1e-6;
  const auto sigma = [activation](double z) { return activate(activation, z); };
  const MomentLayout layout(rule.sites, {2, 4});
  if (activation == Activation::relu) {
    const DirectionRule directions(loadings);
    rule.directions_in = directions.dimension();
    rule.exact = directions.dimension() == 1;
    rule.nodes = [&](int level) { return directions.nodes(level); };
    rule.visit = [&](int level, const FeatureVisitor& visitor) {
      directions.visit(level, [&](const DirectionNodes& n) { visitor({n.weights, n.values.unaryExpr(sigma)}); });
    };
    return feature_moments(layout, rule);
  }
  const GaussianLattice lattice(loadings, lattice_range(activation), has_parity(activation));
  rule.nodes = [&](int level) { return lattice.nodes(level); };
  rule.visit = [&](int level, const FeatureVisitor& visitor) {
    lattice.visit(level, [&](const GaussianNodes& n) { visitor({n.weights, n.values.unaryExpr(sigma)}); });
  };
  return feature_moments(layout, rule);
}

/// The distinct sites of a sorted tuple, and the tuple in terms of them.
std::pair<std::vector<int>, std::vector<int>> distinct_sites(const int* tuple, int order) {
  std::vector<int> sites, places;
  for (int leg = 0; leg < order; ++leg) {
    if (sites.empty() || sites.back() != tuple[leg]) sites.push_back(tuple[leg]);
    places.push_back(static_cast<int>(sites.size()) - 1);
  }
  return {sites, places};
}

RowMatrix part(const RowMatrix& covariance, const std::vector<int>& sites) {
  const auto size = static_cast<Eigen::Index>(sites.size());
  return RowMatrix::NullaryExpr(size, size, [&](Eigen::Index p, Eigen::Index q) {
    return covariance(sites[static_cast<std::size_t>(p)], sites[static_cast<std::size_t>(q)]);
  });
}

}  // namespace

Vector activation_products(Activation activation, const RowMatrix& covariance) {
  const MomentLayout layout(static_cast<int>(covariance.rows()), {2, 4});
  const auto closed = [&](double (*product)(const RowMatrix&, std::span<const int>)) {
    return feature_moments(layout, [&](std::span<const int> tuple) { return product(covariance, tuple); });
  };
  if (activation == Activation::identity) return closed(gaussian_product);
  if (activation == Activation::cos) return closed(gaussian_cos_product);
  if (activation == Activation::sin) return closed(gaussian_sin_product);
  std::map<std::vector<int>, Vector> known;
  return feature_moments(layout, [&](std::span<const int> tuple) {
    const auto [sites, places] = distinct_sites(tuple.data(), static_cast<int>(tuple.size()));
    const RowMatrix g = part(covariance, sites);
    if (activation == Activation::relu && sites.size() == 4 && gaussian_loadings(g, least_fourth).cols() == 4)
      return orthant_product(g);
    const auto [found, is_new] = known.try_emplace(sites);
    if (is_new) found->second = products_of_distinct(activation, g);
    const MomentLayout local(static_cast<int>(sites.size()), {2, 4});
    const int order = static_cast<int>(tuple.size());
    return found->second[local.offset(order) + local.index(order).position(places)];
  });
}

PairDerivatives activation_pair_derivatives(Activation activation, const RowMatrix& covariance) {
  const double g11 = covariance(0, 0), g22 = covariance(1, 1);
  if (activation == Activation::identity) return {0.0, 1.0, 0.0};
  if (activation == Activation::relu) {
    if (!(g11 > 0.0 && g22 > 0.0)) throw UsageError("exact: relu without biases has no 1/N series at the site 0");
    const double c = std::clamp(covariance(0, 1) / (std::sqrt(g11) * std::sqrt(g22)), -1.0, 1.0);
    const double angle = std::acos(c), sine = std::sqrt((1 - c) * (1 + c));
    // ⟨δ(z_1) relu(z_2)⟩ = √(g22/g11) sin θ/2π.
    return {std::sqrt(g22 / g11) * sine / (4 * pi), (pi - angle) / (2 * pi), std::sqrt(g11 / g22) * sine / (4 * pi)};
  }
  const GaussianLattice lattice(gaussian_loadings(covariance), lattice_range(activation), has_parity(activation));
  NeuronRule rule;
  rule.name = "derivatives of " + std::string(to_string(activation)) + " kernels";
  rule.sites = 2;
  rule.nodes = [&](int level) { return lattice.nodes(level); };
  rule.visit = [&](int level, const FeatureVisitor& visitor) {
    lattice.visit(level, [&](const GaussianNodes& n) { visitor({n.weights, n.values}); });
  };
  RuleAverage average;
  average.size = 3;
  average.add = [&](const FeatureNodes& nodes, Vector& sums) {
    for (Eigen::Index k = 0; k < nodes.weights.size(); ++k) {
      const double a = nodes.features(0, k), b = nodes.features(1, k);
      sums[0] += 0.5 * nodes.weights[k] * second_derivative(activation, a) * activate(activation, b);
      sums[1] += nodes.weights[k] * first_derivative(activation, a) * first_derivative(activation, b);
      sums[2] += 0.5 * nodes.weights[k] * activate(activation, a) * second_derivative(activation, b);
    }
  };
  average.difference = [](const Vector& coarse, const Vector& fine) { return (coarse - fine).cwiseAbs().maxCoeff(); };
  const Vector value = converged_average(rule, average);
  return {value[0], value[1], value[2]};
}

}  // namespace nnft
