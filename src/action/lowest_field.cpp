#include "nnft/action/lowest_field.hpp"

#include <array>
#include <cmath>

#include "action/search_directions.hpp"

namespace nnft {
namespace {

constexpr int most_steps = 500;

Vector gradient_of(const SiteAction& action, const Vector& phi) {
  Vector gradient = Vector::Zero(action.sites());
  for (int degree = 2; degree <= action.degree(); degree += 2) gradient += action.form_gradient(degree, phi);
  return gradient;
}

/// The lowest of the points r·direction, r² from 2⁻⁴⁰ to 2⁴⁰ in steps of 2^¼ or so; 0 if S is positive at all of them.
Vector lowest_on_ray(const SiteAction& action, const Vector& direction) {
  constexpr std::array<double, 4> fractions = {1.0, 1.19, 1.41, 1.68};
  std::array<double, action_degrees> forms{};
  for (int degree = 2; degree <= action.degree(); degree += 2)
    forms[static_cast<std::size_t>(degree / 2 - 1)] = action.form(degree, direction);
  double lowest = 0.0, square = 0.0, octave = 0x1p-40;
  for (int k = 0; k < 80; ++k, octave *= 2.0)
    for (const double fraction : fractions) {
      const double x = octave * fraction;
      double value = 0.0;
      for (std::size_t place = forms.size(); place-- > 0;) value = (value + forms[place]) * x;
      if (value < lowest) {
        lowest = value;
        square = x;
      }
    }
  return std::sqrt(square) * direction;
}

/// Down the gradient, with steps that Armijo's rule accepts.
Vector descend(const SiteAction& action, Vector phi) {
  double value = action.value(phi), step = 1e-2 * phi.norm();
  for (int k = 0; k < most_steps; ++k) {
    const Vector gradient = gradient_of(action, phi);
    const double slope = gradient.norm();
    if (!(slope > 0.0)) break;
    Vector trial;
    double lower = value;
    for (step *= 4.0; step > 1e-9 * phi.norm(); step *= 0.5) {
      trial = phi - (step / slope) * gradient;
      lower = action.value(trial);
      if (lower <= value - 0.1 * step * slope) break;
    }
    if (!(step > 1e-9 * phi.norm())) break;
    phi = trial;
    value = lower;
  }
  return phi;
}

}  // namespace

Vector lowest_field(const SiteAction& action) {
  Vector lowest = Vector::Zero(action.sites());
  double value = 0.0;
  for (const Vector& direction : search_directions(action.sites())) {
    const Vector begin = lowest_on_ray(action, direction);
    if (begin.isZero(0.0)) continue;
    const Vector found = descend(action, begin);
    if (const double here = action.value(found); here < value) {
      value = here;
      lowest = found;
    }
  }
  return lowest;
}

}  // namespace nnft
