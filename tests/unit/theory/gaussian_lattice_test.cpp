#include "nnft/theory/gaussian_lattice.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "nnft/core/error.hpp"
#include "nnft/theory/isserlis.hpp"

namespace nnft::gaussian_lattice_test {
namespace {

// ⟨z_i z_j z_k z_l⟩ by Isserlis' theorem, in one to four dimensions, a flat direction among them, half lattices too.
TEST(GaussianLattice, FourthMomentsInAllDimensions) {
  RowMatrix vectors(4, 4);
  vectors << 1.0, 0.3, -0.2, 0.1, 0.2, 0.9, 0.5, -0.1, -0.6, 0.3, 0.8, 0.2, 0.5, 0.4, -0.3, 0.15;
  for (int dimension = 1; dimension <= 4; ++dimension)
    for (const bool even : {false, true}) {
      const RowMatrix loadings = reduce_rank(vectors.leftCols(dimension));
      ASSERT_EQ(loadings.cols(), dimension);
      const RowMatrix covariance = loadings * loadings.transpose();
      double norm = 0.0, fourth = 0.0;
      GaussianLattice(loadings, 10.0, even).visit(0, [&](const GaussianNodes& nodes) {
        norm += nodes.weights.sum();
        for (Eigen::Index k = 0; k < nodes.weights.size(); ++k) fourth += nodes.weights[k] * nodes.values.col(k).prod();
      });
      const int all[] = {0, 1, 2, 3};
      EXPECT_NEAR(norm, 1.0, 1e-13) << dimension;
      EXPECT_NEAR(fourth, gaussian_product(covariance, all), 1e-12) << dimension;
    }
  EXPECT_THROW(GaussianLattice(RowMatrix::Ones(1, 5), 10.0, false), UsageError);
}

TEST(GaussianLattice, LoadingsReproduceTheCovariance) {
  RowMatrix vectors(3, 2);
  vectors << 1.0, 0.3, 0.2, 0.9, -0.6, 0.3;
  const RowMatrix covariance = vectors * vectors.transpose();
  const RowMatrix loadings = gaussian_loadings(covariance);
  EXPECT_EQ(loadings.cols(), 2);
  EXPECT_LT((loadings * loadings.transpose() - covariance).cwiseAbs().maxCoeff(), 1e-14);
  EXPECT_EQ(gaussian_loadings(RowMatrix::Zero(2, 2)).cols(), 1);
  EXPECT_THROW(gaussian_loadings(vectors), ShapeError);
}

}  // namespace
}  // namespace nnft::gaussian_lattice_test
