#include "nnft/theory/ball_integral.hpp"

#include <cmath>
#include <numbers>
#include <string>

#include "nnft/core/error.hpp"

namespace nnft {
namespace {

/// The average of e^{iz·n} over unit vectors n.
double angle_average(int dimension, double z) {
  if (dimension == 1) return std::cos(z);
  if (dimension == 2) return std::cyl_bessel_j(0.0, z);
  return std::abs(z) < 1e-4 ? 1.0 - z * z / 6.0 : std::sin(z) / z;
}

}  // namespace

double sphere_area(int dimension) {
  constexpr double areas[] = {2.0, 2.0 * std::numbers::pi, 4.0 * std::numbers::pi};
  if (dimension < 1 || dimension > 3)
    throw UsageError("free-scalar: expected an input dimension of 1, 2 or 3, got " + std::to_string(dimension));
  return areas[dimension - 1];
}

QuadratureRule MomentumBall::radial_rule(double distance) const {
  const double end = std::asinh(cutoff / mass);
  const double panel = 1.0 / (1.0 + cutoff * distance / 8.0);
  QuadratureRule rule = composite(gauss_legendre(20), {0.0, end}, panel);
  for (std::size_t k = 0; k < rule.size(); ++k) {
    const double t = rule.nodes[k];
    rule.nodes[k] = mass * std::sinh(t);
    rule.weights[k] *= mass * std::cosh(t);
  }
  return rule;
}

double MomentumBall::integral(double power, double distance) const {
  const double area = sphere_area(dimension);
  const QuadratureRule rule = radial_rule(distance);
  double sum = 0.0;
  for (std::size_t k = 0; k < rule.size(); ++k) {
    const double p = rule.nodes[k];
    sum += rule.weights[k] * std::pow(p, dimension - 1) * std::pow(p * p + mass * mass, power) *
           angle_average(dimension, p * distance);
  }
  return area * sum;
}

}  // namespace nnft
