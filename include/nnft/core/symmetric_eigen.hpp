#pragma once
/// @file The eigenvalue problem of symmetric matrices, compiled once: Eigen's solver takes a compiler longer than most files
/// here.

#include "nnft/core/types.hpp"

namespace nnft {

struct SymmetricEigen {
  Vector values;            ///< rising, shape (n)
  Eigen::MatrixXd vectors;  ///< orthonormal, column k belongs to values[k]; shape (n, n)
};

/// Eigenvalues, in the units of the matrix, and eigenvectors of a symmetric matrix of shape (n, n), of which the lower triangle
/// is read. @throws ShapeError unless it is square.
SymmetricEigen symmetric_eigen(const Eigen::MatrixXd& matrix);

}  // namespace nnft
