#include "nnft/theory/kernels.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <string>

#include "nnft/core/error.hpp"
#include "nnft/theory/free_scalar_moments.hpp"
#include "nnft/theory/gaussian_lattice.hpp"
#include "nnft/theory/isserlis.hpp"
#include "nnft/theory/mlp_moments.hpp"

namespace nnft {
namespace {

RowMatrix with_output(const RowMatrix& features, const OutputLayer& output) {
  return (output.sigma_out * output.sigma_out * features).array() + output.sigma_out_bias * output.sigma_out_bias;
}

/// exp(−σ_w²|x_p − x_q|²/2d).
RowMatrix squared_exponential(const SiteSet& sites, double sigma_weight) {
  const double s = sigma_weight * sigma_weight / sites.dimension();
  RowMatrix kernel(sites.size(), sites.size());
  for (int p = 0; p < sites.size(); ++p)
    for (int q = 0; q < sites.size(); ++q)
      kernel(p, q) = std::exp(-0.5 * s * (sites.coordinates().row(p) - sites.coordinates().row(q)).squaredNorm());
  return kernel;
}

/// arccos of the correlation from the difference of the unit vectors, accurate near 0 and π.
double angle(double gpp, double gqq, double gpq) {
  const double scale = std::sqrt(gpp) * std::sqrt(gqq);
  if (scale == 0.0) return 0.5 * std::numbers::pi;
  const double c = std::clamp(gpq / scale, -1.0, 1.0);
  return 2.0 * std::atan2(std::sqrt(1.0 - c), std::sqrt(1.0 + c));
}

double pair_by_quadrature(Activation activation, const RowMatrix& covariance) {
  NeuronRule rule;
  const GaussianLattice lattice(gaussian_loadings(covariance), 10.0, has_parity(activation));
  rule.name = "the kernel of " + std::string(to_string(activation));
  rule.sites = 2;
  rule.tolerance = 1e-12;
  rule.nodes = [&](int level) { return lattice.nodes(level); };
  rule.visit = [&](int level, const FeatureVisitor& visitor) {
    lattice.visit(level, [&](const GaussianNodes& nodes) {
      visitor({nodes.weights, nodes.values.unaryExpr([&](double z) { return activate(activation, z); })});
    });
  };
  return feature_moments(MomentLayout(2, {2}), rule)[1];
}

double pair_average(Activation activation, const RowMatrix& g) {
  constexpr double pi = std::numbers::pi;
  constexpr std::array<int, 2> both = {0, 1};
  switch (activation) {
    case Activation::identity:
      return g(0, 1);
    case Activation::cos:
      return gaussian_cos_product(g, both);
    case Activation::sin:
      return gaussian_sin_product(g, both);
    case Activation::erf:
      return 2 / pi * std::asin(2 * g(0, 1) / std::sqrt((1 + 2 * g(0, 0)) * (1 + 2 * g(1, 1))));
    case Activation::relu: {
      const double theta = angle(g(0, 0), g(1, 1), g(0, 1));
      return std::sqrt(g(0, 0)) * std::sqrt(g(1, 1)) / (2 * pi) * (std::sin(theta) + (pi - theta) * std::cos(theta));
    }
    case Activation::tanh:
    case Activation::sigmoid:
    case Activation::gelu:
      break;
  }
  return pair_by_quadrature(activation, g);
}

/// E[h h] of the first hidden layer.
RowMatrix first_layer(const SiteSet& sites, const MlpSpec& spec) {
  MlpSpec first = spec;
  first.depth = 1;
  if (spec.density.is_normal()) {
    const RowMatrix loadings = input_loadings(first, sites);
    return activation_covariance(spec.activation, loadings * loadings.transpose());
  }
  const MomentLayout layout(sites.size(), {2});
  const Vector moments = mlp_feature_moments(layout, first, sites);
  RowMatrix covariance(sites.size(), sites.size());
  for (int t = 0; t < layout.index(2).size(); ++t) {
    const int p = layout.index(2).tuple(t)[0], q = layout.index(2).tuple(t)[1];
    covariance(p, q) = covariance(q, p) = moments[t];
  }
  return covariance;
}

}  // namespace

RowMatrix cos_kernel(const SiteSet& sites, double sigma_weight, const OutputLayer& output) {
  return with_output(0.5 * squared_exponential(sites, sigma_weight), output);
}

RowMatrix gauss_kernel(const SiteSet& sites, const GaussSpec& spec, const OutputLayer& output) {
  return with_output(squared_exponential(sites, spec.sigma_weight), output);
}

RowMatrix free_scalar_kernel(const SiteSet& sites, const FreeScalarSpec& spec, const OutputLayer& output) {
  return with_output(free_scalar_propagator(sites, spec), output);
}

RowMatrix mlp_kernel(const SiteSet& sites, const MlpSpec& spec, const OutputLayer& output) {
  if (spec.depth > 1 && !spec.hidden_widths.empty())
    throw UsageError(
        "exact: mlp with fixed hidden-widths has no kernel of infinite width; expected hidden-widths that grow with it");
  if (spec.depth > 1 && !spec.density.is_normal() && spec.sigma_bias > 0.0)
    throw UsageError("exact: deep mlp with " + std::string(to_string(spec.density.shape)) +
                     " biases: pre-activations are not Gaussian at infinite width; expected normal biases or none");
  RowMatrix features = first_layer(sites, spec);
  for (int layer = 1; layer < spec.depth; ++layer) {
    const RowMatrix g = (spec.sigma_weight * spec.sigma_weight * features).array() + spec.sigma_bias * spec.sigma_bias;
    features = activation_covariance(spec.activation, g);
  }
  return with_output(features, output);
}

RowMatrix activation_covariance(Activation activation, const RowMatrix& covariance) {
  RowMatrix features(covariance.rows(), covariance.cols());
  for (Eigen::Index p = 0; p < covariance.rows(); ++p)
    for (Eigen::Index q = 0; q <= p; ++q) {
      RowMatrix pair(2, 2);
      pair << covariance(p, p), covariance(p, q), covariance(p, q), covariance(q, q);
      features(p, q) = features(q, p) = pair_average(activation, pair);
    }
  return features;
}

}  // namespace nnft
