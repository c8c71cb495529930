#pragma once
/// @file Dense array types used across layers. Row-major everywhere: a row is one block, one site or one tuple.

#include <Eigen/Core>

namespace nnft {

using RowMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Vector = Eigen::VectorXd;

}  // namespace nnft
