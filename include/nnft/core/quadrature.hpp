#pragma once
/// @file One-dimensional quadrature rules as lists of nodes.

#include <vector>

namespace nnft {

/// ∫ f ≈ Σ weights f(nodes).
struct QuadratureRule {
  std::vector<double> nodes;
  std::vector<double> weights;

  void add(double node, double weight) {
    nodes.push_back(node);
    weights.push_back(weight);
  }
  std::size_t size() const noexcept { return nodes.size(); }
};

/// Gauss–Legendre on [−1, 1], exact for polynomials of degree 2·points − 1. @throws UsageError unless points >= 1.
QuadratureRule gauss_legendre(int points);

/// `base`, a rule on [−1, 1], on each of the intervals between the sorted `ends`, cut into panels no wider than `panel`.
QuadratureRule composite(const QuadratureRule& base, const std::vector<double>& ends, double panel);

/// The values that lie strictly inside (low, high), sorted, without repetitions, between `low` and `high` themselves.
std::vector<double> sorted_ends(double low, double high, std::vector<double> inside);

}  // namespace nnft
