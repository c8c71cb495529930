#include "nnft/action/bounded_below.hpp"

#include <algorithm>
#include <limits>

#include "action/search_directions.hpp"
#include "nnft/core/symmetric_eigen.hpp"

namespace nnft {
namespace {

constexpr int most_steps = 2000;

/// A local minimum of the form of `degree` on the unit sphere: steps down the gradient along the sphere, as long as they help.
FallingDirection descend(const SiteAction& action, int degree, Vector direction) {
  double value = action.form(degree, direction), step = 1.0;
  for (int k = 0; k < most_steps; ++k) {
    const Vector gradient = action.form_gradient(degree, direction);
    const Vector along = gradient - direction * direction.dot(gradient);
    const double slope = along.norm();
    if (!(slope > 1e-13 * gradient.norm())) break;
    step = std::min(2.0 * step, 1.0);
    double lower = value;
    Vector trial;
    // Armijo's rule: at least a tenth of what the slope promises for a step of this length.
    for (; step > 1e-12; step *= 0.5) {
      trial = (direction - (step / slope) * along).normalized();
      lower = action.form(degree, trial);
      if (lower <= value - 0.1 * step * slope) break;
    }
    if (!(step > 1e-12)) break;
    direction = trial;
    value = lower;
  }
  return {degree, direction, value};
}

FallingDirection lowest(const SiteAction& action, int degree) {
  if (degree == 0) return {0, Vector::Unit(action.sites(), 0), 0.0};
  if (degree == 2) {
    const SymmetricEigen modes = symmetric_eigen(action.quadratic());
    return {2, modes.vectors.col(0), modes.values[0]};
  }
  FallingDirection found{degree, Vector(), std::numeric_limits<double>::infinity()};
  for (const Vector& start : search_directions(action.sites())) {
    FallingDirection here = descend(action, degree, start);
    if (here.value < found.value) found = std::move(here);
  }
  return found;
}

}  // namespace

std::optional<FallingDirection> falling_direction(const SiteAction& action) {
  const int degree = action.degree();
  FallingDirection found = lowest(action, degree);
  const double scale = degree > 0 ? action.coefficients(degree).cwiseAbs().maxCoeff() : 0.0;
  if (found.value > flat_below * scale) return std::nullopt;
  // The same line in one sense: its largest component is positive.
  Eigen::Index largest = 0;
  found.direction.cwiseAbs().maxCoeff(&largest);
  if (found.direction[largest] < 0.0) found.direction = -found.direction;
  return found;
}

}  // namespace nnft
