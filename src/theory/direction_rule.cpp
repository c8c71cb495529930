#include "nnft/theory/direction_rule.hpp"

#include <Eigen/Geometry>
#include <cmath>
#include <numbers>
#include <string>
#include <utility>
#include <vector>

#include "nnft/core/error.hpp"
#include "nnft/core/quadrature.hpp"

namespace nnft {
namespace {

using std::numbers::pi;

int points(int level) { return 12 + 6 * level; }

/// A rule on the circle for kinks where a_p cos φ + b_p sin φ + c_p = 0; one row (a, b, c) per kink.
QuadratureRule circle_rule(const RowMatrix& kinks, const QuadratureRule& base) {
  std::vector<double> inside;
  for (Eigen::Index p = 0; p < kinks.rows(); ++p) {
    const double radius = std::hypot(kinks(p, 0), kinks(p, 1));
    if (radius <= std::abs(kinks(p, 2))) continue;
    const double centre = std::atan2(kinks(p, 1), kinks(p, 0)), half = std::acos(-kinks(p, 2) / radius);
    for (const double angle : {centre - half, centre + half}) inside.push_back(angle - 2 * pi * std::floor(angle / (2 * pi)));
  }
  return composite(base, sorted_ends(0.0, 2 * pi, inside), 0.5 * pi);
}

std::vector<double> heights_of_kinks(const RowMatrix& loadings) {
  std::vector<double> heights;
  for (Eigen::Index p = 0; p < loadings.rows(); ++p) {
    const Eigen::Vector3d a = loadings.row(p);
    if (a.norm() == 0.0) continue;
    const double touch = std::hypot(a[0], a[1]) / a.norm();
    heights.insert(heights.end(), {-touch, touch});
    if (touch < 1e-12) heights.push_back(0.0);
    for (Eigen::Index q = 0; q < p; ++q) {
      const Eigen::Vector3d crossing = a.cross(Eigen::Vector3d(loadings.row(q)));
      if (crossing.norm() < 1e-14 * a.norm() * loadings.row(q).norm()) continue;
      const double height = crossing[2] / crossing.norm();
      heights.insert(heights.end(), {-height, height});
    }
  }
  return heights;
}

}  // namespace

DirectionRule::DirectionRule(RowMatrix loadings) : loadings_(std::move(loadings)) {
  if (dimension() < 1 || dimension() > 3)
    throw UsageError("average over directions: expected 1 to 3 dimensions, got " + std::to_string(dimension()));
}

double DirectionRule::nodes(int level) const {
  const auto sites = static_cast<double>(loadings_.rows());
  const double circle = (4.0 + 2.0 * sites) * points(level);
  if (dimension() == 1) return 2.0;
  return dimension() == 2 ? circle : circle * (2.0 + sites * (sites + 1.0)) * points(level);
}

void DirectionRule::visit(int level, const std::function<void(const DirectionNodes&)>& visitor) const {
  if (dimension() == 1) {
    RowMatrix both(loadings_.rows(), 2);
    both << loadings_, -loadings_;
    visitor({Vector::Constant(2, 0.5), both});
    return;
  }
  const QuadratureRule base = gauss_legendre(points(level));
  const auto circle_at = [&](double height, double weight) {
    const double radius = std::sqrt((1.0 - height) * (1.0 + height));
    RowMatrix kinks = RowMatrix::Zero(loadings_.rows(), 3);
    kinks.leftCols(2) = radius * loadings_.leftCols(2);
    if (dimension() == 3) kinks.col(2) = height * loadings_.col(2);
    const QuadratureRule rule = circle_rule(kinks, base);
    RowMatrix u(3, static_cast<Eigen::Index>(rule.size()));
    Vector weights(u.cols());
    for (Eigen::Index k = 0; k < u.cols(); ++k) {
      const double angle = rule.nodes[static_cast<std::size_t>(k)];
      u.col(k) << std::cos(angle), std::sin(angle), 1.0;
      weights[k] = weight * rule.weights[static_cast<std::size_t>(k)] / (2 * pi);
    }
    visitor({weights, kinks * u});
  };
  if (dimension() == 2) return circle_at(0.0, 1.0);
  // Heights z = a + (b − a) sin²(t): the square-root singularities at the ends become analytic.
  const std::vector<double> ends = sorted_ends(-1.0, 1.0, heights_of_kinks(loadings_));
  for (std::size_t e = 0; e + 1 < ends.size(); ++e) {
    const double length = ends[e + 1] - ends[e];
    if (length < 1e-15) continue;
    for (std::size_t k = 0; k < base.size(); ++k) {
      const double t = 0.25 * pi * (1.0 + base.nodes[k]);
      const double height = ends[e] + length * std::sin(t) * std::sin(t);
      circle_at(height, 0.5 * 0.25 * pi * base.weights[k] * length * std::sin(2.0 * t));
    }
  }
}

}  // namespace nnft
