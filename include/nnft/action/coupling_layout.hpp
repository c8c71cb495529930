#pragma once
/// @file Where the couplings of an even action stand in a row: by order, then by number of legs.

#include <vector>

#include "nnft/action/diagram_sum.hpp"
#include "nnft/core/packed_index.hpp"
#include "nnft/core/types.hpp"

namespace nnft {

/// For each order 0 … order the constant g0 and the packed symmetric couplings g2, g4, … up to `legs`.
class CouplingLayout {
 public:
  /// @throws ShapeError unless sites >= 1, order >= 0 and legs is even and >= 2.
  CouplingLayout(int sites, int order, int legs);

  int sites() const noexcept { return sites_; }
  int order() const noexcept { return order_; }
  /// 0, 2, 4, ….
  const std::vector<int>& degrees() const noexcept { return degrees_; }
  const PackedIndex& index(int degree) const { return indices_.at(static_cast<std::size_t>(degree / 2)); }
  /// Couplings of one order.
  int order_size() const noexcept { return offsets_.back(); }
  int size() const noexcept { return (order_ + 1) * order_size(); }
  int offset(int order, int degree) const { return order * order_size() + offsets_.at(static_cast<std::size_t>(degree / 2)); }
  /// A row of tensors by order and legs; 0 where there are none. Shape (size()).
  Vector row(const DiagramTensors& tensors) const;
  /// Shape (order_size()): couplings of all orders 0 … `order` added up.
  Vector summed(const Vector& row, int order) const;

 private:
  int sites_, order_;
  std::vector<int> degrees_;
  std::vector<PackedIndex> indices_;
  std::vector<int> offsets_;
};

}  // namespace nnft
