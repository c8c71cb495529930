#include "nnft/theory/orthant_product.hpp"

#include <Eigen/LU>
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>
#include <optional>
#include <sstream>
#include <string>

#include "nnft/core/error.hpp"
#include "nnft/core/quadrature.hpp"

namespace nnft {
namespace {

/// ∫_0^1 dw w(1 − w)/q(w)⁴ of q(w) = |a + wb|² in the metric P, its minimum however narrow: w − w₀ = δ sinh(s).
double inner_orthant(const Eigen::Matrix4d& precision, const Eigen::Vector4d& a, const Eigen::Vector4d& b,
                     const QuadratureRule& base) {
  const Eigen::Vector4d pb = precision * b;
  const double curvature = b.dot(pb), slope = a.dot(pb), start = a.dot(precision * a);
  const double centre = -slope / curvature;
  const double width = std::sqrt(std::max(start / curvature - centre * centre, 1e-30));
  double low = std::asinh(-centre / width), high = std::asinh((1.0 - centre) / width);
  const double nearest = std::clamp(0.0, low, high);
  low = std::max(low, nearest - 5.0);  // cosh⁻⁷ is negligible beyond
  high = std::min(high, nearest + 5.0);
  double sum = 0.0;
  for (std::size_t k = 0; k < base.size(); ++k) {
    const double s = 0.5 * (low + high) + 0.5 * (high - low) * base.nodes[k];
    const double w = centre + width * std::sinh(s);
    sum += base.weights[k] * w * (1.0 - w) / std::pow(std::cosh(s), 7);
  }
  return 0.5 * (high - low) * sum * width / std::pow(curvature * width * width, 4);
}

/// ∫ dt Π t_i/(t·Pt)⁴ over the simplex t = (u, (1 − u)v, (1 − u)(1 − v)w, (1 − u)(1 − v)(1 − w)). Nearly dependent sites: the
/// minimum in w passes w = 0 and 1 at places in v, and these pass 0 and 1 at places in u, where intervals end.
double orthant_at(const Eigen::Matrix4d& precision, int points) {
  const QuadratureRule base = gauss_legendre(points), inner = gauss_legendre(80);
  const Eigen::Vector4d p = precision * Eigen::Vector4d(0.0, 0.0, 1.0, -1.0);
  const auto root = [](double at_zero, double at_one) { return at_zero / (at_zero - at_one); };
  const QuadratureRule outer =
      composite(base, sorted_ends(0.0, 1.0, {root(p[3], p[0]), root(p[2], p[0]), root(p[1], p[0])}), 1.0);
  double sum = 0.0;
  for (std::size_t i = 0; i < outer.size(); ++i) {
    const double u = outer.nodes[i], from_u = u * p[0];
    const auto place = [&](double last) { return root(from_u + (1 - u) * last, from_u + (1 - u) * p[1]); };
    const QuadratureRule middle = composite(base, sorted_ends(0.0, 1.0, {place(p[3]), place(p[2])}), 1.0);
    for (std::size_t j = 0; j < middle.size(); ++j) {
      const double v = middle.nodes[j], left = (1 - u) * (1 - v);
      const Eigen::Vector4d a(u, (1 - u) * v, 0.0, left), b(0.0, 0.0, left, -left);
      sum += outer.weights[i] * middle.weights[j] * (1 - u) * left * a[0] * a[1] * left * left *
             inner_orthant(precision, a, b, inner);
    }
  }
  return sum;
}

/// The average for unit variances, nothing if resolutions do not agree; `best` keeps the smallest difference of two.
std::optional<double> converged_orthant(const Eigen::Matrix4d& correlation, int most_points, double& best) {
  constexpr double accuracy = 1e-6;
  const Eigen::Matrix4d precision = correlation.inverse();
  // ∫_0^∞ r⁷ exp(−½r²q) dr = 48/q⁴.
  const double factor = 48.0 / (4 * std::numbers::pi * std::numbers::pi * std::sqrt(correlation.determinant()));
  double value = factor * orthant_at(precision, 12), change = 1.0;
  for (int points = 18; points <= most_points; points += points / 2) {
    const double before = value, change_before = change;
    value = factor * orthant_at(precision, points);
    change = std::abs(value - before);
    best = std::min(best, std::max(change, 0.01 * change_before));
    if (change <= accuracy && change_before <= 100 * accuracy) return value;
  }
  return std::nullopt;
}

}  // namespace

double orthant_product(const RowMatrix& covariance) {
  if (covariance.rows() != 4 || covariance.cols() != 4)
    throw ShapeError("orthant_product: expected a covariance of shape (4, 4)");
  const Eigen::Vector4d scale = covariance.diagonal().cwiseSqrt();
  const Eigen::Matrix4d correlation =
      scale.cwiseInverse().asDiagonal() * covariance.topLeftCorner<4, 4>() * scale.cwiseInverse().asDiagonal();
  double best = std::numeric_limits<double>::infinity();
  // Which site is outermost and which is next; the other two are innermost.
  for (const int most_points : {40, 90})
    for (int outer = 0; outer < 4; ++outer)
      for (int next = 0; next < 4; ++next) {
        if (next == outer) continue;
        std::array<int, 4> order = {outer, next, 0, 0};
        std::size_t used = 2;
        for (int site = 0; site < 4; ++site)
          if (site != outer && site != next) order[used++] = site;
        const Eigen::Matrix4d reordered = correlation(order, order);
        if (const auto value = converged_orthant(reordered, most_points, best)) return scale.prod() * *value;
      }
  std::ostringstream message;
  message << "exact: the average of four relu of nearly dependent sites reached an accuracy of " << best << "; expected 1e-6";
  throw UsageError(message.str());
}

}  // namespace nnft
