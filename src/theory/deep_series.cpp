#include "nnft/theory/deep_series.hpp"

#include <cmath>
#include <string>
#include <vector>

#include "nnft/core/error.hpp"
#include "nnft/theory/gaussian_products.hpp"
#include "nnft/theory/mlp_moments.hpp"
#include "nnft/theory/one_neuron.hpp"

namespace nnft {
namespace {

/// What the layers before the output lead to.
struct LastLayer {
  RowMatrix kernel_covariance;  ///< Cov of (1/N)Σ h h, shape (pairs, pairs)
  Vector products;              ///< ⟨σσ⟩, ⟨σσσσ⟩, a row of MomentLayout(sites, {2, 4})
};

/// ⟨σ_1σ_2σ_3σ_4⟩ − ⟨σ_1σ_2⟩⟨σ_3σ_4⟩, shape (pairs, pairs).
RowMatrix neuron_fluctuations(const MomentLayout& layout, const Vector& products) {
  const auto& pairs = layout.index(2);
  RowMatrix result(pairs.size(), pairs.size());
  for (int p = 0; p < pairs.size(); ++p)
    for (int q = 0; q < pairs.size(); ++q) {
      const int *a = pairs.tuple(p), *b = pairs.tuple(q);
      result(p, q) = products[layout.offset(4) + layout.index(4).position({a[0], a[1], b[0], b[1]})] - products[p] * products[q];
    }
  return result;
}

/// ∂⟨σ_1σ_2⟩/∂G_ab, shape (pairs 12, pairs ab).
RowMatrix kernel_derivatives(const MomentLayout& layout, Activation activation, const RowMatrix& g) {
  const auto& pairs = layout.index(2);
  RowMatrix result = RowMatrix::Zero(pairs.size(), pairs.size());
  for (int p = 0; p < pairs.size(); ++p) {
    const int a = pairs.tuple(p)[0], b = pairs.tuple(p)[1];
    RowMatrix pair(2, 2);
    pair << g(a, a), g(a, b), g(a, b), g(b, b);
    const PairDerivatives derivatives = activation_pair_derivatives(activation, pair);
    result(p, pairs.position({a, a})) += derivatives.first;
    result(p, pairs.position({b, b})) += derivatives.second;
    result(p, p) += derivatives.mixed;
  }
  return result;
}

LastLayer last_layer(const SiteSet& sites, const MlpSpec& spec, double width) {
  if (!spec.density.is_normal())
    throw UsageError("1/N series of deep mlps: expected normal weights, got " + std::string(to_string(spec.density.shape)));
  if (!(width >= 1.0)) throw UsageError("1/N series of deep mlps: expected width >= 1, got " + std::to_string(width));
  const MomentLayout layout(sites.size(), {2, 4});
  const auto& pairs = layout.index(2);
  const double weight_variance = spec.sigma_weight * spec.sigma_weight, bias_variance = spec.sigma_bias * spec.sigma_bias;
  RowMatrix g =
      (weight_variance / sites.dimension() * sites.coordinates() * sites.coordinates().transpose()).array() + bias_variance;
  LastLayer layer{RowMatrix::Zero(pairs.size(), pairs.size()), {}};
  for (int l = 0; l < spec.depth; ++l) {
    const bool fixed = l + 1 < spec.depth && !spec.hidden_widths.empty();
    const double neurons = fixed ? spec.hidden_widths.at(static_cast<std::size_t>(l)) : width;
    layer.products = activation_products(spec.activation, g);
    RowMatrix covariance = neuron_fluctuations(layout, layer.products) / neurons;
    if (l > 0) {
      const RowMatrix derivatives = kernel_derivatives(layout, spec.activation, g);
      covariance += weight_variance * weight_variance * (derivatives * layer.kernel_covariance * derivatives.transpose());
    }
    layer.kernel_covariance = covariance;
    for (int p = 0; p < pairs.size(); ++p) {
      const int a = pairs.tuple(p)[0], b = pairs.tuple(p)[1];
      g(a, b) = g(b, a) = weight_variance * layer.products[p] + bias_variance;
    }
  }
  return layer;
}

}  // namespace

RowMatrix deep_kernel_covariance(const SiteSet& sites, const MlpSpec& spec, const Readout& readout) {
  return std::pow(readout.output.sigma_out, 4) * last_layer(sites, spec, readout.width).kernel_covariance;
}

Vector deep_connected_leading(const MomentLayout& layout, const SiteSet& sites, const MlpSpec& spec, const Readout& readout) {
  const LastLayer last = last_layer(sites, spec, readout.width);
  const MomentLayout all(sites.size(), {2, 4});
  const OutputLayer& output = readout.output;
  const double sa2 = output.sigma_out * output.sigma_out, sa4 = sa2 * sa2;
  // A kurtosis of a_i adds its own one-neuron term.
  const double kurtosis = std::isinf(readout.width) ? 0.0 : density_cumulant(output.density, 4) / readout.width;
  Vector connected = Vector::Zero(moment_row_size(layout));
  for (const int order : layout.orders()) {
    const double bias =
        output.sigma_out_bias > 0.0 ? density_cumulant(output.density, order) * std::pow(output.sigma_out_bias, order) : 0.0;
    for (int t = 0; t < layout.index(order).size(); ++t) {
      const int* i = layout.index(order).tuple(t);
      double& value = connected[layout.offset(order) + t];
      value = bias;
      if (order == 2) value += sa2 * last.products[all.index(2).position({i[0], i[1]})];
      if (order != 4) continue;
      const auto covariance = [&](int a, int b, int c, int d) {
        return last.kernel_covariance(all.index(2).position({i[a], i[b]}), all.index(2).position({i[c], i[d]}));
      };
      value += sa4 * (covariance(0, 1, 2, 3) + covariance(0, 2, 1, 3) + covariance(0, 3, 1, 2));
      if (kurtosis != 0.0)
        value += sa4 * kurtosis * last.products[all.offset(4) + all.index(4).position({i[0], i[1], i[2], i[3]})];
    }
  }
  return connected;
}

}  // namespace nnft
