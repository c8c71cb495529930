#pragma once
/// @file Connected Feynman diagrams, each once, with symmetry factors.

#include <compare>
#include <cstdint>
#include <span>
#include <vector>

namespace nnft {

/// A kind of vertex: a symmetric tensor with `legs` legs that carries a power of the expansion parameter. A connected correlator
/// of order 2k carries N^{1−k}: {2k, k − 1}.
struct VertexKind {
  int legs;   ///< >= 1, odd ones too
  int order;  ///< >= 1

  auto operator<=>(const VertexKind&) const = default;
};

/// A connected diagram: vertices, propagators between them, and external legs, which all carry the same field.
class Diagram {
 public:
  /// @param vertices sorted; @param propagators of every pair of vertices i <= j, row by row; (i, i) are self-loops.
  /// @throws ShapeError if a vertex has fewer legs than propagators need, or the diagram is not connected.
  Diagram(std::vector<VertexKind> vertices, std::vector<int> propagators);

  const std::vector<VertexKind>& vertices() const noexcept { return vertices_; }
  int size() const noexcept { return static_cast<int>(vertices_.size()); }
  /// Propagators between two vertices, or self-loops of one; each counts once.
  int propagators(int i, int j) const noexcept;
  int propagators() const noexcept;
  /// External legs of a vertex, and of all.
  int external_legs(int vertex) const noexcept;
  int external_legs() const noexcept;
  /// Sum over the vertices.
  int order() const noexcept;
  /// Permutations of legs, propagators, their ends and vertices that change nothing. A diagram contributes its contraction, with
  /// the same field on all external legs, divided by this: with weight 1/(Π n! Π r!) for its n vertices of each kind with r legs,
  /// times the number of Wick contractions that give it.
  std::uint64_t symmetry_factor() const noexcept { return symmetry_factor_; }

 private:
  std::vector<VertexKind> vertices_;
  std::vector<int> propagators_;
  std::uint64_t symmetry_factor_;
};

/// Every connected diagram with exactly these vertices, up to isomorphism, those without external legs included; by falling
/// number of external legs. @throws ShapeError for a vertex without legs, or for more than 8 vertices.
std::vector<Diagram> connected_diagrams(std::vector<VertexKind> vertices);

/// Every connected diagram made of vertices of these kinds up to a total order, by order. @throws ShapeError for a kind of order
/// below 1 or without legs.
std::vector<Diagram> diagrams_to_order(std::span<const VertexKind> kinds, int order);

/// The connected correlators that matter through N^{−order} in an even theory: {4, 1}, {6, 2}, …, {2 order + 2, order}.
std::vector<VertexKind> width_vertices(int order);

}  // namespace nnft
