#include "nnft/theory/cos_quartic.hpp"

#include <cmath>
#include <map>
#include <memory>
#include <numbers>

#include "nnft/theory/one_neuron.hpp"

namespace nnft {
namespace {

constexpr long double least_weight = 1e-24L;
/// In units of the inverse width of the density of a component: its transform is below 1e-20 beyond, if it is as flat as e^{−w⁴}.
constexpr long double momentum_range = 40.0L;

/// Σ over the length of the other components, of the density e^{−δ(V − V_peak)} at one value w of the component.
StrengthSeries component_density(const RadialDensity& density, const RadialRule& others, long double component,
                                 const SeriesBasis& basis) {
  const long double square = component * component, n = density.width;
  const long double quartic = static_cast<long double>(density.strength) / n / n;
  StrengthSeries sum(basis);
  const long double alone = 0.5L * square / density.variance + quartic * square * square;
  for (std::size_t node = 0; node < others.logs.size(); ++node) {
    const long double length = others.peak * std::exp(others.logs[node]);
    const long double weight = others.weights[node] * std::exp(-alone - 2.0L * quartic * square * length);
    const long double excess = square + others.peak * std::expm1(others.logs[node]);
    const long double exponent = -excess * (excess + 2.0L * others.peak) / n / n;
    long double term = weight;
    for (int k = 0; k < basis.size(); ++k) {
      sum[k] += term;
      term *= exponent / static_cast<long double>(k + 1);
    }
  }
  return sum;
}

}  // namespace

IsotropicCharacteristic::IsotropicCharacteristic(const RadialDensity& density, const SeriesBasis& basis) : basis_(&basis) {
  RadialDensity of_others = density;
  of_others.dimension -= 1.0;
  const RadialRule all = radial_rule(density), others = radial_rule(of_others);
  const long double scale = std::sqrt(all.peak / static_cast<long double>(density.dimension));
  largest_momentum_ = momentum_range / scale;
  spacing_ = std::numbers::pi_v<long double> / largest_momentum_;
  StrengthSeries norm(basis);
  for (int k = 0;; ++k) {
    StrengthSeries value = component_density(density, others, k * spacing_, basis);
    if (k > 0 && value[0] < least_weight * component_.front()[0]) break;
    if (k == 0) value *= 0.5L;
    norm += value;
    component_.push_back(value);
  }
  for (StrengthSeries& value : component_) value = value / norm;
}

StrengthSeries IsotropicCharacteristic::operator()(long double squared_momentum) const {
  StrengthSeries sum(*basis_);
  const long double momentum = std::sqrt(squared_momentum);
  if (momentum > largest_momentum_) return sum;
  for (std::size_t k = 0; k < component_.size(); ++k)
    sum += component_[k] * std::cos(momentum * spacing_ * static_cast<long double>(k));
  return sum;
}

CharacteristicSum quartic_characteristic(const RadialDensity& density, const SeriesBasis& basis) {
  const IsotropicCharacteristic phi(density, basis);
  const auto known = std::make_shared<std::map<long double, StrengthSeries>>();
  return [phi, known, n = static_cast<long double>(density.width)](const Momenta& momenta) {
    const long double square = momenta.squaredNorm();
    auto found = known->find(square);
    if (found == known->end()) found = known->emplace(square, phi(square)).first;
    long double tuples = 1.0L;
    for (Eigen::Index neuron = 0; neuron < momenta.rows(); ++neuron) tuples *= n - static_cast<long double>(neuron);
    return found->second * tuples;
  };
}

namespace {

/// N/σ_a⁴ of G4c without a₀.
double leading_quad(const QuarticCosNet& net, const int* tuple) {
  const double d = net.sites.dimension(), s = net.sigma_weight * net.sigma_weight / d;
  const double alpha = net.strength / net.readout.width, cubic = 2.0 * alpha * d * s * s * s;
  const auto x = [&](int leg) { return net.sites.coordinates().row(tuple[leg]); };
  constexpr int pairings[3][4] = {{0, 1, 2, 3}, {0, 2, 1, 3}, {0, 3, 1, 2}};
  double sum = 0.0;
  for (const auto& p : pairings) {
    const double q = (x(p[0]) + x(p[1]) - x(p[2]) - x(p[3])).squaredNorm();
    const double a = (x(p[0]) - x(p[1])).squaredNorm(), b = (x(p[2]) - x(p[3])).squaredNorm();
    sum += net.readout.output.density.moment(4) * std::exp(-0.5 * s * q) * (1.0 + cubic * q);
    sum -= std::exp(-0.5 * s * (a + b)) * (2.0 + 2.0 * cubic * (a + b) + 4.0 * alpha * s * s * s * s * a * b);
  }
  return sum / 8.0;
}

/// 1/σ_a² of G2c without a₀.
double leading_pair(const QuarticCosNet& net, const int* tuple) {
  const double d = net.sites.dimension(), s = net.sigma_weight * net.sigma_weight / d;
  const double a = (net.sites.coordinates().row(tuple[0]) - net.sites.coordinates().row(tuple[1])).squaredNorm();
  return 0.5 * std::exp(-0.5 * s * a) * (1.0 + 2.0 * net.strength / net.readout.width * d * s * s * s * a);
}

}  // namespace

Vector cos_quartic_leading(const MomentLayout& layout, const QuarticCosNet& net) {
  const OutputLayer& output = net.readout.output;
  const double variance = output.sigma_out * output.sigma_out;
  Vector connected(layout.size());
  for (const int order : layout.orders()) {
    const double of_bias = density_cumulant(output.density, order) * std::pow(output.sigma_out_bias, order);
    for (int t = 0; t < layout.index(order).size(); ++t) {
      const int* tuple = layout.index(order).tuple(t);
      double& value = connected[layout.offset(order) + t];
      value = of_bias;
      if (order == 2) value += variance * leading_pair(net, tuple);
      if (order == 4) value += variance * variance / net.readout.width * leading_quad(net, tuple);
    }
  }
  return connected;
}

}  // namespace nnft
