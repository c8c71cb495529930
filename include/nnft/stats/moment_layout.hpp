#pragma once
/// @file Where each moment stands in a row of sums.

#include <vector>

#include "nnft/core/packed_index.hpp"

namespace nnft {

/// A row of moments: for each order, ascending, the packed symmetric tuples of sites.
class MomentLayout {
 public:
  /// @param orders ascending, even, starting at 2 without gaps (cumulants need all lower ones). @throws ShapeError otherwise.
  MomentLayout(int sites, std::vector<int> orders);

  int sites() const noexcept { return sites_; }
  const std::vector<int>& orders() const noexcept { return orders_; }
  /// Moments in a row.
  int size() const noexcept { return size_; }
  /// The packed tuples of an order. @throws ShapeError if the layout has no such order.
  const PackedIndex& index(int order) const { return indices_[place(order)]; }
  /// Where the tuples of an order begin. @throws ShapeError if the layout has no such order.
  int offset(int order) const { return offsets_[place(order)]; }

 private:
  std::size_t place(int order) const;

  int sites_;
  std::vector<int> orders_;
  std::vector<PackedIndex> indices_;
  std::vector<int> offsets_;
  int size_ = 0;
};

}  // namespace nnft
