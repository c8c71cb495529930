#pragma once
/// @file Averages over one or two independent non-Gaussian parameters.

#include <functional>

#include "nnft/core/types.hpp"
#include "nnft/field/parameter_density.hpp"

namespace nnft {

/// Some nodes of a quadrature over pre-activations z = A u with independent components u of unit variance.
struct WeightNodes {
  Vector weights;    ///< shape (nodes)
  RowMatrix values;  ///< z, shape (sites, nodes)
};

/// Composite Gauss–Legendre in one or two dimensions (in asinh(u) for student-t), exact sums for rademacher in up to 16.
class WeightRule {
 public:
  /// What is averaged.
  struct Integrand {
    double growth = 0.0;  ///< grows no faster than |u|^growth
    bool kinks = false;   ///< has kinks where a component of A u vanishes
  };

  /// @throws UsageError if A has too many columns for the density, or student-t has too few degrees of freedom for the growth
  /// (less than growth + 1/4: the average does not exist or converges too slowly).
  WeightRule(RowMatrix loadings, ParameterDensity density, Integrand integrand);

  double nodes(int level) const;
  /// Gives all nodes of a level to `visitor`, some at a time.
  void visit(int level, const std::function<void(const WeightNodes&)>& visitor) const;

 private:
  RowMatrix loadings_;
  ParameterDensity density_;
  Integrand integrand_;
};

}  // namespace nnft
