#include "nnft/core/symmetric_eigen.hpp"

#include <Eigen/Eigenvalues>
#include <string>

#include "nnft/core/error.hpp"

namespace nnft {

SymmetricEigen symmetric_eigen(const Eigen::MatrixXd& matrix) {
  if (matrix.rows() != matrix.cols())
    throw ShapeError("symmetric_eigen: expected a square matrix, got shape (" + std::to_string(matrix.rows()) + ", " +
                     std::to_string(matrix.cols()) + ")");
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(matrix);
  return {solver.eigenvalues(), solver.eigenvectors()};
}

}  // namespace nnft
