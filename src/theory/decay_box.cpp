#include "nnft/theory/decay_box.hpp"

#include <algorithm>
#include <limits>
#include <vector>

#include "nnft/core/error.hpp"

namespace nnft {
namespace {

constexpr double decay = 46.0;

struct Scan {
  bool decays = true;  ///< to the surface of the box
  Vector inside;       ///< the box that has all points above the threshold, and a step more
};

/// Visits the points of a lattice in a box, from the middle of its first axis on: f is even.
template <class Visit>
void for_each_point(const Vector& half_lengths, int steps, const Visit& visit) {
  const Eigen::Index dimensions = half_lengths.size();
  std::vector<int> k(static_cast<std::size_t>(dimensions), -steps);
  k[0] = 0;
  Vector x(dimensions);
  for (;;) {
    bool surface = false;
    for (Eigen::Index j = 0; j < dimensions; ++j) {
      const int at = k[static_cast<std::size_t>(j)];
      surface = surface || std::abs(at) == steps;
      x[j] = half_lengths[j] * at / steps;
    }
    visit(x, surface);
    std::size_t axis = k.size();
    while (axis > 0 && ++k[axis - 1] > steps) {
      k[axis - 1] = axis == 1 ? 0 : -steps;
      --axis;
    }
    if (axis == 0) return;
  }
}

Scan scan(const Vector& half_lengths, int steps, const std::function<double(const Vector&)>& f) {
  double largest = -std::numeric_limits<double>::infinity();
  for_each_point(half_lengths, steps, [&](const Vector& x, bool) { largest = std::max(largest, f(x)); });
  Scan result{true, Vector::Zero(half_lengths.size())};
  for_each_point(half_lengths, steps, [&](const Vector& x, bool surface) {
    if (f(x) < largest - decay) return;
    result.decays = result.decays && !surface;
    result.inside = result.inside.cwiseMax(x.cwiseAbs());
  });
  result.inside = (result.inside + half_lengths / steps).cwiseMin(half_lengths);
  return result;
}

}  // namespace

Vector decay_box(int dimensions, const std::function<double(const Vector& x)>& f) {
  const int steps = dimensions < 3 ? 40 : 16;
  Vector box = Vector::Constant(dimensions, 12.0);
  Scan found = scan(box, steps, f);
  for (int enlarged = 0; !found.decays; ++enlarged) {
    if (enlarged == 30) throw UsageError("quadrature of field-operator: expected an operator e^{-V} that decays at large fields");
    box *= 1.5;
    found = scan(box, steps, f);
  }
  for (int shrunk = 0; shrunk < 20 && (found.inside.array() < 0.9 * box.array()).any(); ++shrunk) {
    box = found.inside;
    found = scan(box, steps, f);
  }
  return box;
}

}  // namespace nnft
