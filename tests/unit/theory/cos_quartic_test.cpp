#include "nnft/theory/cos_quartic.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "nnft/core/error.hpp"
#include "nnft/theory/deformed_connected.hpp"

namespace nnft {
namespace {

const RowMatrix line = (RowMatrix(4, 1) << 0.0, 0.5, 1.0, -0.7).finished();
const RowMatrix plane = (RowMatrix(4, 2) << 0.0, 0.0, 0.5, 0.3, 1.0, -0.2, -0.7, 0.4).finished();
constexpr double sigma_weight = 1.1, sigma_out = 1.3;

DeformedProblem quartic_problem(const RowMatrix& sites, double width, double strength) {
  return {
      CosFeatures{sigma_weight}, SiteSet(sites), {{sigma_out, 0.0, {}}, width}, {{DeformationKind::weight_quartic, strength}}};
}

/// The site 0, 1, 2, 3.
double quad(const MomentLayout& layout, const RowMatrix& rows, int row) {
  return rows(row, layout.offset(4) + layout.index(4).position({0, 1, 2, 3}));
}

// Derivatives published to six and five digits: physics of the talk's backup slides, recomputed by radial quadrature.
TEST(CosQuartic, FirstDerivativesOfTheQuads) {
  const MomentLayout layout(4, {2, 4});
  const RowMatrix of_line = deformed_derivatives(layout, quartic_problem(line, 400, 0.0), SeriesBasis(1, 1));
  EXPECT_NEAR(quad(layout, of_line, 1), -1.22368e-5, 0.5e-10);
  const RowMatrix of_plane = deformed_derivatives(layout, quartic_problem(plane, 400, 0.0), SeriesBasis(1, 1));
  EXPECT_NEAR(quad(layout, of_plane, 1), -5.8197e-7, 0.5e-11);
}

}  // namespace
}  // namespace nnft
