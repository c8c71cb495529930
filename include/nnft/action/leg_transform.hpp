#pragma once
/// @file A linear map on every leg of a symmetric tensor.

#include <vector>

#include "nnft/action/symmetric_algebra.hpp"
#include "nnft/core/types.hpp"

namespace nnft {

/// T'_{ab…} = Σ_{ij…} B_ai B_bj … T_ij… for packed symmetric tensors, leg by leg: intermediate tensors are symmetric in the legs
/// that are done and in those that are not, so that r legs cost r times the packed size of half of them squared, not modesʳ.
class LegTransform {
 public:
  /// Tables for tensors of one degree. @throws ShapeError as SymmetricAlgebra does.
  LegTransform(int rows, int columns, int degree);

  /// @param matrix B, shape (rows, columns); @param tensor of `columns` modes; returns one of `rows` modes.
  /// @throws ShapeError if shapes do not fit.
  Vector apply(const RowMatrix& matrix, const Vector& tensor) const;

 private:
  int rows_, columns_, degree_;
  std::vector<int> sizes_done_, sizes_left_;       ///< by number of legs
  std::vector<std::vector<int>> parent_, append_;  ///< by legs done: which tuple, and which index last; of the new tuple
  std::vector<std::vector<int>> with_;             ///< by legs left: place of tuple + index, entry tuple·columns + index
};

}  // namespace nnft
