#include "nnft/theory/quartic_vertex.hpp"

#include <gtest/gtest.h>

#include "nnft/core/error.hpp"
#include "nnft/field/node_grid.hpp"
#include "nnft/theory/kernels.hpp"

namespace nnft::quartic_vertex_test {
namespace {

// With pair weights diag(w) the vertex is local, diagram by diagram.
TEST(QuarticVertex, SmearedWithDiagonalWeightsIsLocal) {
  const NodeGrid grid(2, 2.0, 3, NodeRule::gauss_legendre);
  RowMatrix all(grid.size() + 3, 2);
  all << grid.coordinates(), (RowMatrix(3, 2) << 1.0, 1.0, 0.3, 0.7, 2.5, 0.0).finished();
  const NodeCovariance g = node_covariance(free_scalar_kernel(SiteSet(all), {1.0, 4.0, -1.0}, {}), grid.weights());
  const RowMatrix u = grid.weights().asDiagonal();
  const LocalVertex local(g);
  const SmearedVertex smeared(g, u);
  const PackedIndex pairs(3, 2);
  const auto expect_equal = [](const RowMatrix& a, const RowMatrix& b) {
    EXPECT_LE((a - b).cwiseAbs().maxCoeff(), 1e-14 * a.cwiseAbs().maxCoeff());
  };
  expect_equal(local.first_order(), smeared.first_order());
  expect_equal(local.second_order(), smeared.second_order());
  expect_equal(local.corrected_legs(), smeared.corrected_legs());
  expect_equal(local.bubbles(pairs), smeared.bubbles(pairs));
  const std::array<Vector, 4> legs = {g.legs.col(0), g.legs.col(1), g.legs.col(1), g.legs.col(2)};
  EXPECT_NEAR(local.contact(legs), smeared.contact(legs), 1e-15);
}

TEST(QuarticVertex, PartsOfACovariance) {
  const RowMatrix covariance = (RowMatrix(3, 3) << 1, 2, 3, 2, 5, 6, 3, 6, 9).finished();
  const NodeCovariance g = node_covariance(covariance, Vector::Ones(2));
  EXPECT_EQ(g.nodes(1, 1), 5.0);
  EXPECT_EQ(g.legs(1, 0), 6.0);
  EXPECT_EQ(g.sites(0, 0), 9.0);
  EXPECT_THROW(node_covariance(covariance, Vector::Ones(3)), ShapeError);
  EXPECT_THROW(node_covariance(covariance.topRows(2), Vector::Ones(1)), ShapeError);
}

}  // namespace
}  // namespace nnft::quartic_vertex_test
