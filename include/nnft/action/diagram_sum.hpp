#pragma once
/// @file Diagrams contracted numerically and added up.

#include <span>
#include <vector>

#include "nnft/action/diagram.hpp"
#include "nnft/action/symmetric_algebra.hpp"
#include "nnft/core/types.hpp"

namespace nnft {

/// Sums of diagrams by order and number of external legs: packed symmetric tensors T of sums[order][legs], such that T·yʳ is the
/// sum of the diagrams with y on every external leg. Empty where there is no diagram.
using DiagramTensors = std::vector<std::vector<Vector>>;

/// Contracts diagrams in a basis of modes in which the propagator is the unit matrix, or minus that. Self-loops are traces;
/// vertices are joined one after the other by matrix products over the propagators between them; external legs multiply as
/// polynomials, which symmetrises them. All index tables are made once.
class DiagramSum {
 public:
  /// @param kinds every kind that occurs; @param diagrams made of them; @param propagator +1 or −1.
  /// @throws ShapeError for a diagram with another kind of vertex, or tables that are too large to index.
  DiagramSum(int modes, std::vector<VertexKind> kinds, std::span<const Diagram> diagrams, double propagator);

  int order() const noexcept { return order_; }
  /// Most external legs.
  int legs() const noexcept { return legs_; }
  /// @param vertices packed tensors in the order of `kinds`. @throws ShapeError if their shapes do not fit.
  DiagramTensors sum(std::span<const Vector> vertices) const;

 private:
  /// A kind of vertex with some of its legs joined to each other.
  struct Trace {
    std::size_t kind;
    int loops;

    bool operator==(const Trace&) const = default;
  };
  /// A vertex joined to those before it: component `places` of its tensor for every value of the propagators to them, times
  /// external legs, times propagators to later vertices.
  struct Join {
    std::size_t trace;
    std::vector<int> places;      ///< shape (contracted, external, kept)
    Eigen::Index external, kept;  ///< numbers of components
    Vector multiplicities;        ///< of the external legs
    std::vector<int> columns;     ///< of what was there before, sorted by what is kept, then by what is contracted
    Vector weights;               ///< of the values of the contracted propagators
    std::vector<int> products;    ///< of external legs there before with these
    int legs;                     ///< external, with these
  };
  struct Plan {
    int order, legs;
    double factor;
    std::vector<Join> joins;
  };
  struct OpenPropagators;

  std::size_t trace_of(std::size_t kind, int loops);
  Plan plan_of(const Diagram& diagram, double propagator);
  Join join_of(const Diagram& diagram, std::span<const int> sequence, std::size_t at, std::vector<OpenPropagators>& open);
  std::vector<Vector> traced(std::span<const Vector> vertices) const;
  Vector contracted(const Plan& plan, const std::vector<Vector>& traces) const;

  SymmetricAlgebra algebra_;
  std::vector<VertexKind> kinds_;
  std::vector<Trace> traces_;  ///< each after those with fewer loops of the same kind
  std::vector<Plan> plans_;
  int order_ = 0, legs_ = 0;
};

}  // namespace nnft
