#pragma once
/// @file Symmetric tensors as homogeneous polynomials: packed components, multiplicities, products.

#include <vector>

#include "nnft/core/packed_index.hpp"
#include "nnft/core/types.hpp"

namespace nnft {

/// Symmetric tensors over a few modes, up to a degree. A tensor T of degree r is stored as its components T_{a ≤ b ≤ …} in the
/// order of PackedIndex; as the polynomial T·yʳ its coefficients are these times their multiplicities.
class SymmetricAlgebra {
 public:
  /// @throws ShapeError unless modes >= 1 and degree >= 0, or for more components than an int counts.
  SymmetricAlgebra(int modes, int degree);

  int modes() const noexcept { return modes_; }
  int degree() const noexcept { return static_cast<int>(indices_.size()) - 1; }
  /// Components of a tensor of a degree; of degree 0 one.
  int size(int degree) const { return index(degree).size(); }
  const PackedIndex& index(int degree) const { return indices_.at(static_cast<std::size_t>(degree)); }
  /// Of each component the number of orders of its indices: r!/Π n_a!. Shape (size(degree)).
  const Vector& multiplicities(int degree) const { return multiplicities_.at(static_cast<std::size_t>(degree)); }
  /// Where the product of component i of degree a and component j of degree b stands among those of degree a + b: entry
  /// i·size(b) + j.
  std::vector<int> products(int a, int b) const;

 private:
  int modes_;
  std::vector<PackedIndex> indices_;
  std::vector<Vector> multiplicities_;
};

}  // namespace nnft
