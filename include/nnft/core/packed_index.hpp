#pragma once
/// @file Packed symmetric indices: sorted tuples i <= j <= … of sites, in lexicographic order.

#include <cstdint>
#include <vector>

namespace nnft {

/// Sorted tuples of `order` sites out of `sites`, all of them or some, and where each stands.
class PackedIndex {
 public:
  /// All tuples; of order 0 the empty one. @throws ShapeError unless sites >= 1, order >= 0 and the number of tuples fits an int.
  PackedIndex(int sites, int order);
  /// The given tuples, brought into order, each once. @throws ShapeError if one is not of `order` sites below `sites`.
  PackedIndex(int sites, int order, std::vector<std::vector<int>> tuples);

  int sites() const noexcept { return sites_; }
  int order() const noexcept { return order_; }
  /// Number of tuples; C(sites + order − 1, order) if all are here.
  int size() const noexcept { return size_; }
  /// Whether all tuples are here.
  bool complete() const noexcept { return !tails_.empty(); }
  /// The `order` sites of tuple `position`.
  const int* tuple(int position) const noexcept { return tuples_.data() + static_cast<std::size_t>(position) * order_as_size(); }
  /// The place of a sorted tuple that is here.
  int position(const int* sorted) const noexcept;
  /// The place of a tuple in any order of its sites. @throws ShapeError if it is not here.
  int position(std::vector<int> tuple) const;

  /// C(sites + order − 1, order), or throws ShapeError if it does not fit.
  static std::int64_t count(int sites, int order);

 private:
  std::size_t order_as_size() const noexcept { return static_cast<std::size_t>(order_); }

  int sites_;
  int order_;
  int size_;
  std::vector<int> tuples_;
  std::vector<std::int64_t> tails_;  // tails_[r * (sites + 1) + m]: sorted r-tuples out of m sites; only if all are here
};

}  // namespace nnft
