#include "nnft/theory/propagator.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>

#include "nnft/core/error.hpp"

namespace nnft {
namespace {

constexpr long double pi = std::numbers::pi_v<long double>;
constexpr int points = 33;
constexpr double panel_phase = 16.0;

/// ∫ over the other components of 1/(p² + m²) at the component p, times 2/(2π)^d: p and −p are one. @param across √(Λ² − p²).
long double density(const MomentumBall& ball, long double p, long double across) {
  const long double cutoff = ball.cutoff, mass = ball.mass, square = p * p + mass * mass;
  if (ball.dimension == 1) return 1.0L / (pi * square);
  if (ball.dimension == 3) return std::log1p(across * across / square) / (4.0L * pi * pi);
  const long double energy = std::sqrt(square);
  return std::atan2(std::min(across, cutoff), energy) / (pi * pi * energy);
}

int panels(const MomentumBall& ball, double longest) {
  return std::max(1, static_cast<int>(std::ceil(longest * ball.cutoff / panel_phase)));
}

}  // namespace

PropagatorRule::PropagatorRule(const MomentumBall& ball, double longest) {
  sphere_area(ball.dimension);
  // p = Λ sin u with u = s sinh t: no square root is left at p = Λ, and the poles at ±im are as far away as a panel is wide.
  const long double cutoff = ball.cutoff, scale = std::asinh(static_cast<long double>(ball.mass) / cutoff);
  const auto end = static_cast<double>(std::asinh(0.5L * pi / scale));
  const QuadratureRule rule = composite(gauss_legendre(20), {0.0, end}, 0.75 / (1.0 + ball.cutoff * longest / 8.0));
  for (std::size_t k = 0; k < rule.size(); ++k) {
    const long double t = rule.nodes[k], u = scale * std::sinh(t);
    const long double p = cutoff * std::sin(u), across = cutoff * std::cos(u);
    momenta_.push_back(p);
    weights_.push_back(rule.weights[k] * scale * std::cosh(t) * across * density(ball, p, across));
  }
}

long double PropagatorRule::at(long double distance) const {
  long double sum = 0.0L;
  for (std::size_t k = 0; k < momenta_.size(); ++k) sum += weights_[k] * std::cos(momenta_[k] * distance);
  return sum;
}

double PropagatorTable::evaluations(const MomentumBall& ball, double longest) {
  return static_cast<double>(points) * panels(ball, longest);
}

PropagatorTable::PropagatorTable(const MomentumBall& ball, double longest)
    : longest_(longest), panel_(static_cast<long double>(longest) / panels(ball, longest)) {
  const PropagatorRule rule(ball, longest);
  std::vector<long double> waves(static_cast<std::size_t>(points) * points), values(points);
  const auto wave = [&](int degree, int point) -> long double& {
    return waves[static_cast<std::size_t>(degree) * points + static_cast<std::size_t>(point)];
  };
  for (int degree = 0; degree < points; ++degree)
    for (int point = 0; point < points; ++point) wave(degree, point) = std::cos(pi * degree * (point + 0.5L) / points);
  for (int panel = 0; panel < panels(ball, longest); ++panel) {
    for (int point = 0; point < points; ++point)
      values[static_cast<std::size_t>(point)] = rule.at(panel_ * (panel + 0.5L * (1.0L + wave(1, point))));
    for (int degree = 0; degree < points; ++degree) {
      long double sum = 0.0L;
      for (int point = 0; point < points; ++point) sum += values[static_cast<std::size_t>(point)] * wave(degree, point);
      coefficients_.push_back((degree == 0 ? 1.0L : 2.0L) / points * sum);
    }
  }
}

long double PropagatorTable::at(long double distance) const {
  if (!(distance >= 0.0L) || distance > longest_)
    throw UsageError("PropagatorTable: expected a distance from 0 to " + std::to_string(longest_) + ", got " +
                     std::to_string(distance));
  const auto count = coefficients_.size() / points;
  const std::size_t panel = panel_ > 0.0L ? std::min(static_cast<std::size_t>(distance / panel_), count - 1) : 0;
  const long double x = panel_ > 0.0L ? 2.0L * (distance / panel_ - static_cast<long double>(panel)) - 1.0L : 0.0L;
  const long double* c = coefficients_.data() + panel * points;
  long double next = 0.0L, after = 0.0L;
  for (int degree = points - 1; degree > 0; --degree) {
    const long double here = 2.0L * x * next - after + c[degree];
    after = next;
    next = here;
  }
  return x * next - after + c[0];
}

}  // namespace nnft
