#include "nnft/core/quadrature.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>

#include "nnft/core/error.hpp"

namespace nnft {

QuadratureRule gauss_legendre(int points) {
  if (points < 1) throw UsageError("Gauss-Legendre quadrature: expected at least one point, got " + std::to_string(points));
  QuadratureRule rule{std::vector<double>(static_cast<std::size_t>(points)),
                      std::vector<double>(static_cast<std::size_t>(points))};
  for (int k = 0; k < points; ++k) {
    // The library's cosine only starts an iteration in long double, so that the rule is the same on every processor.
    long double x = std::cos(std::numbers::pi * (k + 0.75) / (points + 0.5));
    long double slope = 1.0L;
    for (int step = 0; step < 100; ++step) {
      long double before = 0.0L, value = 1.0L;
      for (int n = 1; n <= points; ++n) {
        const long double next = ((2 * n - 1) * x * value - (n - 1) * before) / n;
        before = value;
        value = next;
      }
      slope = points * (x * value - before) / (x * x - 1.0L);
      const long double change = value / slope;
      x -= change;
      if (std::abs(change) < 1e-18L) break;
    }
    rule.nodes[static_cast<std::size_t>(points - 1 - k)] = static_cast<double>(x);
    rule.weights[static_cast<std::size_t>(points - 1 - k)] = static_cast<double>(2.0L / ((1.0L - x * x) * slope * slope));
  }
  return rule;
}

QuadratureRule composite(const QuadratureRule& base, const std::vector<double>& ends, double panel) {
  QuadratureRule rule;
  for (std::size_t e = 0; e + 1 < ends.size(); ++e) {
    const double length = ends[e + 1] - ends[e];
    const int panels = std::max(1, static_cast<int>(std::ceil(length / panel - 1e-9)));
    const double half = 0.5 * length / panels;
    for (int p = 0; p < panels; ++p)
      for (std::size_t k = 0; k < base.size(); ++k)
        rule.add(ends[e] + half * (2 * p + 1 + base.nodes[k]), half * base.weights[k]);
  }
  return rule;
}

std::vector<double> sorted_ends(double low, double high, std::vector<double> inside) {
  std::erase_if(inside, [&](double x) { return !(x > low && x < high); });
  inside.push_back(low);
  inside.push_back(high);
  std::sort(inside.begin(), inside.end());
  inside.erase(std::unique(inside.begin(), inside.end()), inside.end());
  return inside;
}

}  // namespace nnft
