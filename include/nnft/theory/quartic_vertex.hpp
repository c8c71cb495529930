#pragma once
/// @file Diagrams with one and two quartic vertices on the nodes of a box.

#include <array>

#include "nnft/core/packed_index.hpp"
#include "nnft/core/types.hpp"

namespace nnft {

/// The covariance of a Gaussian field at M nodes and S sites.
struct NodeCovariance {
  Vector weights;   ///< w, shape (M)
  RowMatrix nodes;  ///< G, shape (M, M)
  RowMatrix legs;   ///< G_zx, shape (M, S)
  RowMatrix sites;  ///< shape (S, S)
};

/// The parts of a covariance of nodes, then sites, of shape (M + S, M + S); M is the number of weights.
/// @throws ShapeError if the matrix is not square or has no site.
NodeCovariance node_covariance(const RowMatrix& covariance, const Vector& weights);

/// V = (1/4!) Σ_z w_z φ_z⁴. All diagrams have the signs and symmetry factors with which they enter connected correlators.
class LocalVertex {
 public:
  /// `covariance` must outlive the vertex.
  explicit LocalVertex(const NodeCovariance& covariance);

  /// Of two sites, shape (S, S): the tadpole, −½ Σ_z w G_xz G_zz G_zy.
  RowMatrix first_order() const;
  /// Two tadpoles in a row, one on top of the other, and the sunset; shape (S, S).
  RowMatrix second_order() const;
  /// Σ_z w_z Π_i a_i(z) of four legs, each of shape (M).
  double contact(const std::array<Vector, 4>& legs) const;
  /// Two propagators between the vertices of two pairs of sites; shape (pairs, pairs), without its factor ½.
  RowMatrix bubbles(const PackedIndex& pairs) const;
  /// Legs with a tadpole, ½ Σ_w G_zw w_w G_ww G_wx; shape (M, S).
  RowMatrix corrected_legs() const;

 private:
  const NodeCovariance& g_;
  Vector tadpole_;
};

/// V = (1/4!) Σ_zy u_zy φ_z²φ_y² with a symmetric u, shape (M, M). The members are those of LocalVertex, which is u = diag(w).
class SmearedVertex {
 public:
  /// Both must outlive the vertex.
  SmearedVertex(const NodeCovariance& covariance, const RowMatrix& pair_weights);

  RowMatrix first_order() const;
  RowMatrix second_order() const;
  double contact(const std::array<Vector, 4>& legs) const;
  RowMatrix bubbles(const PackedIndex& pairs) const;
  RowMatrix corrected_legs() const;

 private:
  /// A propagator closed on the vertex: (1/6) diag(u · diag c) + (1/3) u∘c.
  RowMatrix closed(const RowMatrix& c) const;
  RowMatrix sunset() const;

  const NodeCovariance& g_;
  const RowMatrix& u_;
  RowMatrix tadpole_;
};

}  // namespace nnft
