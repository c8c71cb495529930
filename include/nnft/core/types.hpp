#pragma once
/// @file Numbers used across layers. Dense arrays are row-major everywhere: a row is one block, one site or one tuple.

#include <Eigen/Core>
#include <limits>

namespace nnft {

using RowMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Vector = Eigen::VectorXd;

/// Stands where a number is not known.
inline constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

}  // namespace nnft
