#include "nnft/theory/field_perturbation.hpp"

#include <array>
#include <string>

#include "nnft/core/error.hpp"
#include "nnft/theory/quartic_vertex.hpp"

namespace nnft {
namespace {

void expect_possible(const MomentLayout& layout, const RowMatrix& covariance, const FieldOperator& field_operator) {
  if (layout.orders().back() > 4)
    throw UsageError("perturbation theory of field-operator: expected orders 2 and 4, got order " +
                     std::to_string(layout.orders().back()));
  const int points = field_operator.nodes() + layout.sites();
  if (covariance.rows() != points || covariance.cols() != points)
    throw ShapeError("field_expansion: expected a covariance of nodes and sites of shape (" + std::to_string(points) + ", " +
                     std::to_string(points) + "), got (" + std::to_string(covariance.rows()) + ", " +
                     std::to_string(covariance.cols()) + ")");
}

/// Two of the legs of a tuple, and the other two.
struct Pairing {
  std::array<int, 2> first;
  std::array<int, 2> second;
};

std::array<Pairing, 3> pairings(const int* tuple) {
  return {{{{tuple[0], tuple[1]}, {tuple[2], tuple[3]}},
           {{tuple[0], tuple[2]}, {tuple[1], tuple[3]}},
           {{tuple[0], tuple[3]}, {tuple[1], tuple[2]}}}};
}

/// −Σ_z w_z G_xz G_zy, shape (S, S).
RowMatrix mass_insertion(const NodeCovariance& g, const Vector& weights) {
  return -g.legs.transpose() * weights.asDiagonal() * g.legs;
}

template <class Vertex>
void expand_pairs(const MomentLayout& layout, const NodeCovariance& g, const Vertex& vertex, FieldExpansion& expansion) {
  const Vector coincident = g.nodes.diagonal();
  const RowMatrix first = vertex.first_order(), second = vertex.second_order();
  const RowMatrix mu2 = -mass_insertion(g, g.weights);
  const RowMatrix kappa = 0.125 * mass_insertion(g, g.weights.cwiseProduct(coincident.cwiseAbs2()));
  const PackedIndex& index = layout.index(2);
  for (int t = 0; t < index.size(); ++t) {
    const int x = index.tuple(t)[0], y = index.tuple(t)[1];
    expansion.free[t] = g.sites(x, y);
    expansion.lambda[t] = first(x, y);
    expansion.lambda2[t] = second(x, y);
    expansion.mu2[t] = mu2(x, y);
    expansion.kappa[t] = kappa(x, y);
  }
}

template <class Vertex>
void expand_quads(const MomentLayout& layout, const NodeCovariance& g, const Vertex& vertex, FieldExpansion& expansion) {
  const PackedIndex& index = layout.index(4);
  const PackedIndex pairs(layout.sites(), 2);
  const RowMatrix bubbles = vertex.bubbles(pairs);
  const RowMatrix& legs = g.legs;
  const RowMatrix corrected = vertex.corrected_legs();
  const Vector coincident = g.nodes.diagonal();
  const auto pair = [&](std::array<int, 2> sites) { return pairs.position({sites[0], sites[1]}); };
  for (int t = 0; t < index.size(); ++t) {
    const int* tuple = index.tuple(t);
    const int row = layout.offset(4) + t;
    std::array<Vector, 4> leg;
    for (std::size_t k = 0; k < 4; ++k) leg[k] = legs.col(tuple[k]);
    const Vector product = leg[0].cwiseProduct(leg[1]).cwiseProduct(leg[2]).cwiseProduct(leg[3]);
    expansion.lambda[row] = -vertex.contact(leg);
    expansion.kappa[row] = -0.5 * g.weights.cwiseProduct(coincident).dot(product);
    double second = 0.0;
    for (const Pairing& pairing : pairings(tuple)) second += 0.5 * bubbles(pair(pairing.first), pair(pairing.second));
    for (std::size_t k = 0; k < 4; ++k) {
      std::array<Vector, 4> one_corrected = leg;
      one_corrected[k] = corrected.col(tuple[k]);
      second += vertex.contact(one_corrected);
    }
    expansion.lambda2[row] = second;
  }
}

template <class Vertex>
FieldExpansion expand(const MomentLayout& layout, const NodeCovariance& g, const Vertex& vertex) {
  const Vector none = Vector::Zero(layout.size());
  FieldExpansion expansion{none, none, none, none, none};
  expand_pairs(layout, g, vertex, expansion);
  if (layout.orders().back() == 4) expand_quads(layout, g, vertex, expansion);
  return expansion;
}

}  // namespace

Vector FieldExpansion::at(const FieldCouplings& couplings) const {
  return free + couplings.lambda * lambda + couplings.lambda * couplings.lambda * lambda2 + couplings.mu2 * mu2 +
         couplings.kappa * kappa;
}

FieldExpansion field_expansion(const MomentLayout& layout, const RowMatrix& covariance, const FieldOperator& field_operator) {
  expect_possible(layout, covariance, field_operator);
  const NodeCovariance g = node_covariance(covariance, field_operator.weights());
  if (field_operator.couplings().local()) return expand(layout, g, LocalVertex(g));
  return expand(layout, g, SmearedVertex(g, field_operator.pair_weights()));
}

}  // namespace nnft
