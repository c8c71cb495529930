#include "nnft/theory/quartic_vertex.hpp"

#include <string>
#include <vector>

#include "nnft/core/error.hpp"

namespace nnft {

NodeCovariance node_covariance(const RowMatrix& covariance, const Vector& weights) {
  const Eigen::Index nodes = weights.size(), sites = covariance.rows() - nodes;
  if (covariance.rows() != covariance.cols() || sites < 1)
    throw ShapeError("node_covariance: expected a square covariance of " + std::to_string(nodes) +
                     " nodes and some sites, got (" + std::to_string(covariance.rows()) + ", " +
                     std::to_string(covariance.cols()) + ")");
  return {weights, covariance.topLeftCorner(nodes, nodes), covariance.topRightCorner(nodes, sites),
          covariance.bottomRightCorner(sites, sites)};
}

LocalVertex::LocalVertex(const NodeCovariance& covariance)
    : g_(covariance), tadpole_(0.5 * covariance.weights.cwiseProduct(covariance.nodes.diagonal())) {}

RowMatrix LocalVertex::first_order() const { return -g_.legs.transpose() * tadpole_.asDiagonal() * g_.legs; }

RowMatrix LocalVertex::corrected_legs() const { return g_.nodes * (tadpole_.asDiagonal() * g_.legs); }

RowMatrix LocalVertex::second_order() const {
  const RowMatrix in_a_row = g_.legs.transpose() * tadpole_.asDiagonal() * corrected_legs();
  const Vector stacked = 0.5 * g_.weights.cwiseProduct(g_.nodes.cwiseAbs2() * tadpole_);
  const RowMatrix weighted = g_.weights.asDiagonal() * g_.legs;
  const RowMatrix cube = g_.nodes.array().cube().matrix();
  return in_a_row + g_.legs.transpose() * stacked.asDiagonal() * g_.legs + weighted.transpose() * (cube * weighted) / 6.0;
}

double LocalVertex::contact(const std::array<Vector, 4>& legs) const {
  return (g_.weights.array() * legs[0].array() * legs[1].array() * legs[2].array() * legs[3].array()).sum();
}

RowMatrix LocalVertex::bubbles(const PackedIndex& pairs) const {
  RowMatrix products(g_.legs.rows(), pairs.size());
  for (int p = 0; p < pairs.size(); ++p)
    products.col(p) = g_.weights.cwiseProduct(g_.legs.col(pairs.tuple(p)[0])).cwiseProduct(g_.legs.col(pairs.tuple(p)[1]));
  const RowMatrix square = g_.nodes.cwiseAbs2();
  return products.transpose() * (square * products);
}

SmearedVertex::SmearedVertex(const NodeCovariance& covariance, const RowMatrix& pair_weights)
    : g_(covariance), u_(pair_weights), tadpole_(closed(covariance.nodes)) {}

RowMatrix SmearedVertex::closed(const RowMatrix& c) const {
  RowMatrix matrix = u_.cwiseProduct(c) / 3.0;
  matrix.diagonal() += u_ * c.diagonal() / 6.0;
  return matrix;
}

RowMatrix SmearedVertex::first_order() const { return -g_.legs.transpose() * (tadpole_ * g_.legs); }

RowMatrix SmearedVertex::corrected_legs() const { return g_.nodes * (tadpole_ * g_.legs); }

RowMatrix SmearedVertex::second_order() const {
  const RowMatrix in_a_row = g_.legs.transpose() * (tadpole_ * corrected_legs());
  const RowMatrix corrected = g_.nodes * tadpole_ * g_.nodes;
  return in_a_row + g_.legs.transpose() * (closed(corrected) * g_.legs) + sunset();
}

// With u the vertex of legs a b c d is ⅓[δ_ab δ_cd u_ac + 2 more]: (1/18) Σ g_xa g_yb of the two ways in which the pairs of the
// two vertices meet, one (G_ab and two propagators between c and e) and two (each propagator between another two of a c, b e).
RowMatrix SmearedVertex::sunset() const {
  const RowMatrix between = u_ * g_.nodes.cwiseAbs2() * u_;
  RowMatrix sunset = g_.legs.transpose() * (g_.nodes.cwiseProduct(between) * g_.legs);
  std::vector<RowMatrix> carried;  // Σ_a u_ca g_xa G_ae
  for (Eigen::Index x = 0; x < g_.legs.cols(); ++x) carried.emplace_back(u_ * (g_.legs.col(x).asDiagonal() * g_.nodes));
  for (Eigen::Index x = 0; x < g_.legs.cols(); ++x) {
    const RowMatrix closing = carried[static_cast<std::size_t>(x)].cwiseProduct(g_.nodes).transpose();
    for (Eigen::Index y = 0; y < g_.legs.cols(); ++y)
      sunset(x, y) += 2.0 * closing.cwiseProduct(carried[static_cast<std::size_t>(y)]).sum();
  }
  return sunset / 18.0;
}

double SmearedVertex::contact(const std::array<Vector, 4>& legs) const {
  double sum = 0.0;
  for (const std::array<std::size_t, 4>& k : {std::array<std::size_t, 4>{0, 1, 2, 3}, {0, 2, 1, 3}, {0, 3, 1, 2}})
    sum += legs[k[0]].cwiseProduct(legs[k[1]]).dot(u_ * legs[k[2]].cwiseProduct(legs[k[3]]));
  return sum / 3.0;
}

RowMatrix SmearedVertex::bubbles(const PackedIndex& pairs) const {
  const RowMatrix& legs = g_.legs;
  const auto product = [&](int p) -> Vector { return legs.col(pairs.tuple(p)[0]).cwiseProduct(legs.col(pairs.tuple(p)[1])); };
  RowMatrix bubbles(pairs.size(), pairs.size()), opened(legs.rows(), pairs.size());
  for (int p = 0; p < pairs.size(); ++p) opened.col(p) = u_ * product(p);
  for (int p = 0; p < pairs.size(); ++p) {
    const Vector x = legs.col(pairs.tuple(p)[0]), y = legs.col(pairs.tuple(p)[1]);
    RowMatrix open = u_.cwiseProduct(x * y.transpose() + y * x.transpose());
    open.diagonal() += opened.col(p);
    const RowMatrix between = g_.nodes * open * g_.nodes;
    const Vector closed_diagonal = between.diagonal();
    const RowMatrix closed_pairs = 2.0 * legs.transpose() * (between.cwiseProduct(u_) * legs);
    for (int q = 0; q < pairs.size(); ++q)
      bubbles(p, q) = (closed_diagonal.dot(opened.col(q)) + closed_pairs(pairs.tuple(q)[0], pairs.tuple(q)[1])) / 9.0;
  }
  return bubbles;
}

}  // namespace nnft
