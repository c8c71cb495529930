#pragma once
/// @file The points of R^d at which fields are observed.

#include "nnft/core/types.hpp"

namespace nnft {

/// Sites x_1 … x_S in R^d, fixed for a whole run; correlators are indexed by them.
class SiteSet {
 public:
  /// @param coordinates shape (sites, input dimension), dimensionless.
  /// @throws ShapeError if there is no site or no component, or a coordinate is not finite.
  explicit SiteSet(RowMatrix coordinates);

  int size() const noexcept { return static_cast<int>(coordinates_.rows()); }
  int dimension() const noexcept { return static_cast<int>(coordinates_.cols()); }
  const RowMatrix& coordinates() const noexcept { return coordinates_; }

 private:
  RowMatrix coordinates_;
};

}  // namespace nnft
