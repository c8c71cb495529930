#include "field/momentum_radius.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "nnft/core/error.hpp"
#include "nnft/core/gauss_legendre_panel.hpp"
#include "nnft/core/portable_math.hpp"

namespace nnft {
namespace {

constexpr int most_intervals = 1 << 16;

/// x^n.
long double whole_power(long double x, int n) {
  long double product = 1.0L;
  for (int k = 0; k < n; ++k) product *= x;
  return product;
}

/// The density F′ and its parts.
struct RadialDensity {
  int d;
  double e;
  long double spread(long double x) const { return portable_power(x * x + 1.0L, -(1.0 + e)); }
  long double operator()(long double x) const { return whole_power(x, d - 1) * spread(x); }

  /// ∫_a^b F′ by Gauss and Legendre's 16 points per panel; panels are shorter than half the distance to the poles at ±i.
  long double integral(long double a, long double b) const {
    long double sum = 0.0L;
    while (a < b) {
      const long double end = std::min(b, a + 0.5L * std::sqrt(1.0L + a * a));
      sum += gauss_legendre_panel(*this, a, end);
      a = end;
    }
    return sum;
  }
};

/// r and its first two derivatives by t at one t.
struct Node {
  long double r, slope, curvature;
};

/// Solves F(r) = t^d F(R) for rising t.
class RadiusSolver {
 public:
  RadiusSolver(const RadialDensity& density, long double whole) : density_(density), whole_(whole) {}

  Node next(long double t) {
    const int d = density_.d;
    const long double initial_slope = portable_power(d * whole_, 1.0 / d);  // of r at t = 0, where F = r^d/d + …
    if (t == 0.0L) return {0.0L, initial_slope, 0.0L};
    const long double target = whole_power(t, d) * whole_;
    long double r = r_ > 0.0L ? r_ : t * initial_slope;
    for (int step = 0; step < 60; ++step) {
      const long double value = r >= r_ ? f_ + density_.integral(r_, r) : f_ - density_.integral(r, r_);
      const long double change = (target - value) / density_(r);
      f_ = value;
      r_ = r;
      r = std::max(r + change, 0.5L * r);
      if (std::abs(change) < 1e-18L * r) break;
    }
    const long double slope = d * whole_power(t, d - 1) * whole_ / density_(r);
    const long double bend = (d - 1) * (1.0L / t - slope / r) + 2.0L * (1.0L + density_.e) * r * slope / (r * r + 1.0L);
    return {r, slope, slope * bend};
  }

 private:
  RadialDensity density_;
  long double whole_;
  long double r_ = 0.0L, f_ = 0.0L;  ///< a radius and its F
};

/// The quintic that has the values of both nodes an interval h apart.
std::array<double, 6> hermite(const Node& a, const Node& b, long double h) {
  const long double s = h * a.slope, c = 0.5L * h * h * a.curvature;
  const long double value = b.r - a.r - s - c, slope = h * b.slope - s - 2.0L * c, bend = h * h * b.curvature - 2.0L * c;
  const std::array<long double, 6> exact = {a.r,
                                            s,
                                            c,
                                            10.0L * value - 4.0L * slope + 0.5L * bend,
                                            -15.0L * value + 7.0L * slope - bend,
                                            6.0L * value - 3.0L * slope + 0.5L * bend};
  std::array<double, 6> rounded{};
  for (std::size_t k = 0; k < exact.size(); ++k) rounded[k] = static_cast<double>(exact[k]);
  return rounded;
}

double evaluate(const std::array<double, 6>& c, double u) {
  return c[0] + u * (c[1] + u * (c[2] + u * (c[3] + u * (c[4] + u * c[5]))));
}

}  // namespace

long double radial_integral(int input_dim, double momentum_exponent, long double radius) {
  if (momentum_exponent == -1.0) return whole_power(radius, input_dim) / input_dim;
  return RadialDensity{input_dim, momentum_exponent}.integral(0.0L, radius);
}

MomentumRadius::MomentumRadius(int input_dim, double momentum_exponent, double cutoff) : cutoff_(cutoff) {
  if (momentum_exponent == -1.0) return;
  const long double whole = radial_integral(input_dim, momentum_exponent, cutoff);
  double error = 1.0;
  for (int n = 64; error > 5e-14 * cutoff; n *= 2) {
    if (n > most_intervals)
      throw UsageError("free-scalar: expected a cutoff that is fewer masses for this momentum-exponent, got " +
                       std::to_string(cutoff));
    const long double h = 1.0L / n;
    pieces_.clear();
    error = 0.0;
    RadiusSolver solver({input_dim, momentum_exponent}, whole);
    Node left = solver.next(0.0L);
    for (int k = 0; k < n && error <= 5e-14 * cutoff; ++k) {
      const Node middle = solver.next((k + 0.5L) * h), right = solver.next((k + 1) * h);
      pieces_.push_back(hermite(left, right, h));
      error = std::max(error, std::abs(evaluate(pieces_.back(), 0.5) - static_cast<double>(middle.r)));
      left = right;
    }
  }
}

double MomentumRadius::operator()(double t) const noexcept {
  if (pieces_.empty()) return cutoff_ * t;
  const double place = t * static_cast<double>(pieces_.size());
  const int k = std::min(static_cast<int>(place), intervals() - 1);
  return evaluate(pieces_[static_cast<std::size_t>(k)], place - k);
}

}  // namespace nnft
