#pragma once
/// @file The points of R^d at which fields are observed.

#include <vector>

#include "nnft/core/types.hpp"
#include "nnft/field/node_grid.hpp"

namespace nnft {

/// Sites x_1 … x_S in R^d, fixed for a whole run; correlators are indexed by them.
class SiteSet {
 public:
  /// @param coordinates shape (sites, input dimension), dimensionless.
  /// @throws ShapeError if there is no site or no component, or a coordinate is not finite.
  explicit SiteSet(RowMatrix coordinates);
  /// The nodes of a grid, then further sites. @throws the same, or ShapeError if their dimensions differ.
  SiteSet(const NodeGrid& grid, const RowMatrix& further);

  int size() const noexcept { return static_cast<int>(coordinates_.rows()); }
  int dimension() const noexcept { return static_cast<int>(coordinates_.cols()); }
  const RowMatrix& coordinates() const noexcept { return coordinates_; }
  /// Coordinates along a direction of the grid that the first sites are; empty if there is none.
  const std::vector<double>& grid_axis() const noexcept { return grid_axis_; }
  /// Sites of that grid.
  int grid_size() const noexcept { return grid_size_; }

 private:
  RowMatrix coordinates_;
  std::vector<double> grid_axis_;
  int grid_size_ = 0;
};

}  // namespace nnft
