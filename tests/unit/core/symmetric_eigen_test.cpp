#include "nnft/core/symmetric_eigen.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "nnft/core/error.hpp"

namespace nnft::symmetric_eigen_test {
namespace {

// The second difference with fixed ends: eigenvalues 4 sin²(π k/(2(n + 1))), eigenvectors sin(π j k/(n + 1)).
TEST(SymmetricEigen, OfTheSecondDifference) {
  constexpr Eigen::Index n = 7;
  RowMatrix matrix = 2.0 * RowMatrix::Identity(n, n);
  for (Eigen::Index j = 1; j < n; ++j) matrix(j, j - 1) = matrix(j - 1, j) = -1.0;
  const SymmetricEigen eigen = symmetric_eigen(matrix);
  for (Eigen::Index k = 0; k < n; ++k) {
    const double angle = std::numbers::pi * static_cast<double>(k + 1) / (n + 1);
    EXPECT_NEAR(eigen.values[k], 4.0 * std::pow(std::sin(0.5 * angle), 2), 1e-14);
    Vector exact(n);
    for (Eigen::Index j = 0; j < n; ++j) exact[j] = std::sqrt(2.0 / (n + 1)) * std::sin(angle * static_cast<double>(j + 1));
    EXPECT_NEAR(std::abs(exact.dot(eigen.vectors.col(k))), 1.0, 1e-14);
  }
  EXPECT_LT((eigen.vectors.transpose() * eigen.vectors - Eigen::MatrixXd::Identity(n, n)).norm(), 1e-13);
}

TEST(SymmetricEigen, RefusesWhatIsNotSquare) { EXPECT_THROW(symmetric_eigen(RowMatrix::Zero(2, 3)), ShapeError); }

}  // namespace
}  // namespace nnft::symmetric_eigen_test
