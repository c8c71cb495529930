#include "nnft/field/site_set.hpp"

#include <utility>

#include "nnft/core/error.hpp"

namespace nnft {

SiteSet::SiteSet(RowMatrix coordinates) : coordinates_(std::move(coordinates)) {
  if (coordinates_.rows() < 1 || coordinates_.cols() < 1)
    throw ShapeError("SiteSet: expected at least one site with at least one component, got shape (" +
                     std::to_string(coordinates_.rows()) + ", " + std::to_string(coordinates_.cols()) + ")");
  if (!coordinates_.allFinite()) throw ShapeError("SiteSet: every coordinate must be finite");
}

namespace {

RowMatrix joined(const RowMatrix& nodes, const RowMatrix& further) {
  if (further.rows() > 0 && further.cols() != nodes.cols())
    throw ShapeError("SiteSet: expected further sites of " + std::to_string(nodes.cols()) + " components, got " +
                     std::to_string(further.cols()));
  RowMatrix all(nodes.rows() + further.rows(), nodes.cols());
  all.topRows(nodes.rows()) = nodes;
  if (further.rows() > 0) all.bottomRows(further.rows()) = further;
  return all;
}

}  // namespace

SiteSet::SiteSet(const NodeGrid& grid, const RowMatrix& further) : SiteSet(joined(grid.coordinates(), further)) {
  grid_axis_ = grid.axis();
  grid_size_ = grid.size();
}

}  // namespace nnft
