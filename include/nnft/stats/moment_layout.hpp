#pragma once
/// @file Where each moment stands in a row of moments.

#include <vector>

#include "nnft/core/packed_index.hpp"

namespace nnft {

/// Which tuples of sites are measured: all, those of one site each, or a list.
enum class TupleChoice { all, diagonal, listed };

/// A row of moments: for each order, ascending, the packed symmetric tuples of sites. All pairs are always there.
class MomentLayout {
 public:
  /// All tuples. @param orders ascending, even, starting at 2 without gaps (cumulants need all lower ones).
  /// @throws ShapeError otherwise.
  MomentLayout(int sites, std::vector<int> orders);
  /// The tuples chosen, and for each of them the sub-tuples of even order that its cumulant needs.
  /// @param listed tuples of the orders, in any order of their sites; only for TupleChoice::listed. @throws ShapeError if a tuple
  /// has a site that does not exist or an order that is not among `orders`.
  MomentLayout(int sites, std::vector<int> orders, TupleChoice choice, const std::vector<std::vector<int>>& listed);

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
  void add(PackedIndex index);

  int sites_;
  std::vector<int> orders_;
  std::vector<PackedIndex> indices_;
  std::vector<int> offsets_;
  int size_ = 0;
};

/// The sub-tuples of `tuple` with `order` sites, each once.
std::vector<std::vector<int>> sub_tuples(const std::vector<int>& tuple, int order);

}  // namespace nnft
