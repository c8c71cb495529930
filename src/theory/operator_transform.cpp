#include "nnft/theory/operator_transform.hpp"

#include <array>
#include <cmath>
#include <numbers>
#include <string>

#include "nnft/core/error.hpp"
#include "nnft/theory/decay_box.hpp"

namespace nnft {
namespace {

using std::numbers::pi;

/// A lattice without its middle, (k + ½)·step.
struct Axis {
  double step = 1.0;
  int half = 1;  ///< points on either side
  int points() const { return 2 * half; }
  double at(int k) const { return (k - half + 0.5) * step; }
};

/// −V on a lattice of fields, shape (points of axis 0, points of axis 1).
RowMatrix heights(const FieldOperator& v, const std::array<Axis, 2>& axes) {
  RowMatrix values(axes[0].points(), axes[1].points());
  Vector phi(v.nodes());
  for (int i = 0; i < axes[0].points(); ++i)
    for (int j = 0; j < axes[1].points(); ++j) {
      phi[0] = axes[0].at(i);
      if (v.nodes() > 1) phi[1] = axes[1].at(j);
      values(i, j) = -v.value(phi);
    }
  return values;
}

RowMatrix relative_exponential(const RowMatrix& heights) { return (heights.array() - heights.maxCoeff()).exp(); }

/// cos(tφ), or sin(tφ), rounded once; shape (points of t, points of φ).
RowMatrix waves(const Axis& t, const Axis& phi, bool sine) {
  RowMatrix waves(t.points(), phi.points());
  for (int i = 0; i < t.points(); ++i)
    for (int j = 0; j < phi.points(); ++j) {
      const long double angle = static_cast<long double>(t.at(i)) * phi.at(j);
      waves(i, j) = static_cast<double>(sine ? std::sin(angle) : std::cos(angle));
    }
  return waves;
}

/// |t| beyond which the transform of a density on an axis stays below `least` of its largest value; the axis' Nyquist frequency
/// if it does not.
double bandwidth(const Vector& density, const Axis& phi, double step, double least) {
  const double nyquist = pi / phi.step;
  double last = 0.0;
  for (double t = 0.0; t <= nyquist; t += step) {
    long double sum = 0.0L;
    for (int k = 0; k < phi.points(); ++k) sum += density[k] * std::cos(static_cast<long double>(t) * phi.at(k));
    if (std::abs(sum) > static_cast<long double>(least * density.sum())) last = t + step;
  }
  return std::min(last, nyquist);
}

}  // namespace

OperatorTransform operator_transform(const FieldOperator& v, const Vector& reach, double fineness) {
  const int nodes = v.nodes();
  if (v.couplings().free()) return {RowMatrix::Zero(nodes, 1), Vector::Ones(1)};
  if (nodes > 2)
    throw UsageError("quadrature of field-operator at finite width: expected one or two nodes, got " + std::to_string(nodes));
  const Vector box = decay_box(nodes, [&](const Vector& phi) { return -v.value(phi); });
  std::array<Axis, 2> phi, t;
  for (int half = 32;; half *= 2) {
    if (half > 2048)
      throw UsageError("quadrature of field-operator: expected an operator that varies more slowly with the field");
    for (int z = 0; z < nodes; ++z) phi[static_cast<std::size_t>(z)] = {box[z] / half, half};
    const RowMatrix height = heights(v, phi), density = relative_exponential(height);
    const double rounding = 1e-15 * (1.0 + std::abs(height.maxCoeff()));
    bool resolved = true;
    for (int z = 0; z < nodes; ++z) {
      const auto axis = static_cast<std::size_t>(z);
      const double step = 2.0 * pi / (box[z] + reach[z]) / fineness;
      const Vector marginal = z == 0 ? Vector(density.rowwise().sum()) : Vector(density.colwise().sum().transpose());
      const double band = fineness * bandwidth(marginal, phi[axis], step, rounding);
      resolved = resolved && 2.0 * band < pi / phi[axis].step * 1.99;
      t[axis] = {step, std::max(1, static_cast<int>(std::ceil(band / step)))};
    }
    if (resolved) break;
  }
  // e^{−V} is even in all φ together, so that the transform is real.
  const RowMatrix density = relative_exponential(heights(v, phi));
  RowMatrix transform = waves(t[0], phi[0], false) * density;
  if (nodes == 2)
    transform = (transform * waves(t[1], phi[1], false).transpose() -
                 waves(t[0], phi[0], true) * density * waves(t[1], phi[1], true).transpose())
                    .eval();
  else
    transform = transform.rowwise().sum().eval();
  const int half = t[0].half, across = static_cast<int>(transform.cols());
  OperatorTransform result{RowMatrix(nodes, half * across), Vector(half * across)};
  for (int i = 0; i < half; ++i)
    for (int j = 0; j < across; ++j) {
      const int k = i * across + j;
      result.t(0, k) = t[0].at(half + i);
      if (nodes == 2) result.t(1, k) = t[1].at(j);
      result.weights[k] = transform(half + i, j);
    }
  return result;
}

}  // namespace nnft
