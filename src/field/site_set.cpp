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

}  // namespace nnft
