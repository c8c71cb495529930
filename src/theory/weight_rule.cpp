#include "nnft/theory/weight_rule.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <sstream>
#include <utility>
#include <vector>

#include "nnft/core/error.hpp"
#include "nnft/core/quadrature.hpp"

namespace nnft {
namespace {

/// One parameter u as a function of the integration variable t in (−range, range): u = t, or sinh(t) for student-t.
struct Variable {
  ParameterDensity density;
  double range;

  Variable(const ParameterDensity& shape, double growth) : density(shape), range(0.0) {
    switch (density.shape) {
      case DensityShape::normal:
        range = 12.0;
        break;
      case DensityShape::uniform:
        range = std::numbers::sqrt3;
        break;
      case DensityShape::laplace:
        range = 48.0;
        break;
      case DensityShape::student_t:
        range = std::min(3.0 + 40.0 / (density.degrees_of_freedom - growth), 300.0);
        break;
      case DensityShape::rademacher:
        range = 1.0;
        break;
    }
  }

  bool is_student() const { return density.shape == DensityShape::student_t; }
  double value(double t) const { return is_student() ? std::sinh(t) : t; }
  double variable(double u) const { return is_student() ? std::asinh(u) : u; }
  /// p(u) du/dt.
  double weight(double t) const {
    switch (density.shape) {
      case DensityShape::normal:
        return std::exp(-0.5 * t * t) / std::sqrt(2.0 * std::numbers::pi);
      case DensityShape::uniform:
        return 0.5 / std::numbers::sqrt3;
      case DensityShape::laplace:
        return std::exp(-std::numbers::sqrt2 * std::abs(t)) / std::numbers::sqrt2;
      case DensityShape::student_t: {
        const double nu = density.degrees_of_freedom, u = std::sinh(t);
        const double log_norm =
            std::lgamma(0.5 * (nu + 1.0)) - std::lgamma(0.5 * nu) - 0.5 * std::log(std::numbers::pi * (nu - 2.0));
        const double tail =
            std::abs(t) < 20.0 ? std::log1p(u * u / (nu - 2.0)) : 2.0 * (std::abs(t) - std::numbers::ln2) - std::log(nu - 2.0);
        return std::exp(log_norm - 0.5 * (nu + 1.0) * tail) * std::cosh(t);
      }
      case DensityShape::rademacher:
        return 0.5;
    }
    return 0.0;
  }

  /// Where t should end so that kinks of the integrand in u, and of the density, are at ends.
  std::vector<double> ends(const std::vector<double>& kinks) const {
    std::vector<double> inside;
    if (density.shape == DensityShape::laplace) inside.push_back(0.0);
    for (const double u : kinks) inside.push_back(variable(u));
    return sorted_ends(-range, range, inside);
  }
};

double panel_width(const Variable& variable, double steepest, int level) {
  const double first = variable.is_student() ? 1.0 : 2.0;
  return first / std::max(1.0, 0.5 * steepest) / std::pow(2.0, level);
}

void visit_signs(const RowMatrix& loadings, const std::function<void(const WeightNodes&)>& visitor) {
  const auto dimensions = static_cast<std::uint32_t>(loadings.cols());
  const Eigen::Index count = Eigen::Index{1} << dimensions;
  RowMatrix signs(loadings.cols(), count);
  for (Eigen::Index k = 0; k < count; ++k)
    for (Eigen::Index axis = 0; axis < loadings.cols(); ++axis) signs(axis, k) = (k >> axis & 1) != 0 ? 1.0 : -1.0;
  visitor({Vector::Constant(count, 1.0 / static_cast<double>(count)), loadings * signs});
}

}  // namespace

WeightRule::WeightRule(RowMatrix loadings, ParameterDensity density, Integrand integrand)
    : loadings_(std::move(loadings)), density_(density), integrand_(integrand) {
  const Eigen::Index most = density_.shape == DensityShape::rademacher ? 16 : 2;
  std::ostringstream message;
  if (loadings_.cols() < 1 || loadings_.cols() > most) {
    message << "exact: " << loadings_.cols() << " weights and biases with " << to_string(density_.shape)
            << " density need a quadrature in as many dimensions; expected at most " << most;
    throw UsageError(message.str());
  }
  if (density_.shape == DensityShape::student_t && density_.degrees_of_freedom < integrand_.growth + 0.25) {
    message << "exact: moments of order " << integrand_.growth << " need student-t weights with at least "
            << integrand_.growth + 0.25 << " degrees of freedom, got " << density_.degrees_of_freedom;
    throw UsageError(message.str());
  }
}

double WeightRule::nodes(int level) const {
  if (density_.shape == DensityShape::rademacher) return std::pow(2.0, static_cast<double>(loadings_.cols()));
  const Variable variable(density_, integrand_.growth);
  double count = 1.0;
  for (Eigen::Index axis = 0; axis < loadings_.cols(); ++axis)
    count *= 12.0 * (2.0 * variable.range / panel_width(variable, loadings_.col(axis).cwiseAbs().maxCoeff(), level) + 1.0);
  return count;
}

void WeightRule::visit(int level, const std::function<void(const WeightNodes&)>& visitor) const {
  if (density_.shape == DensityShape::rademacher) return visit_signs(loadings_, visitor);
  const Variable variable(density_, integrand_.growth);
  const QuadratureRule base = gauss_legendre(12);
  const Eigen::Index inner = loadings_.cols() - 1;
  const double inner_panel = panel_width(variable, loadings_.col(inner).cwiseAbs().maxCoeff(), level);
  // All nodes of the innermost parameter for a given part of z from the outer one.
  const auto visit_line = [&](const Vector& outer, double outer_weight) {
    std::vector<double> kinks;
    if (integrand_.kinks)
      for (Eigen::Index p = 0; p < loadings_.rows(); ++p)
        if (loadings_(p, inner) != 0.0) kinks.push_back(-outer[p] / loadings_(p, inner));
    const QuadratureRule rule = composite(base, variable.ends(kinks), inner_panel);
    Vector weights(static_cast<Eigen::Index>(rule.size())), u(weights.size());
    for (Eigen::Index k = 0; k < u.size(); ++k) {
      const double t = rule.nodes[static_cast<std::size_t>(k)];
      u[k] = variable.value(t);
      weights[k] = outer_weight * rule.weights[static_cast<std::size_t>(k)] * variable.weight(t);
    }
    visitor({weights, (loadings_.col(inner) * u.transpose()).colwise() + outer});
  };
  if (inner == 0) return visit_line(Vector::Zero(loadings_.rows()), 1.0);
  std::vector<double> kinks;
  if (integrand_.kinks) {
    kinks.push_back(0.0);
    for (Eigen::Index p = 0; p < loadings_.rows(); ++p)
      for (const double end : {-variable.range, variable.range})
        if (loadings_(p, 0) != 0.0)
          kinks.push_back(-end * loadings_(p, 1) / loadings_(p, 0));  // where the kink leaves the range of the inner parameter
  }
  const double panel = panel_width(variable, loadings_.col(0).cwiseAbs().maxCoeff(), level);
  const QuadratureRule rule = composite(base, variable.ends(kinks), panel);
  for (std::size_t k = 0; k < rule.size(); ++k)
    visit_line(loadings_.col(0) * variable.value(rule.nodes[k]), rule.weights[k] * variable.weight(rule.nodes[k]));
}

}  // namespace nnft
