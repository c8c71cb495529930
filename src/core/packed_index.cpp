#include "nnft/core/packed_index.hpp"

#include <algorithm>
#include <limits>
#include <string>

#include "nnft/core/error.hpp"

namespace nnft {

std::int64_t PackedIndex::count(int sites, int order) {
  if (sites < 1 || order < 0)
    throw ShapeError("PackedIndex: expected at least one site and an order >= 0, got " + std::to_string(sites) +
                     " sites and order " + std::to_string(order));
  std::int64_t count = 1;
  for (int k = 1; k <= order; ++k) {
    if (count > std::numeric_limits<std::int64_t>::max() / (sites + k)) throw ShapeError("PackedIndex: too many tuples");
    count = count * (sites + k - 1) / k;
  }
  return count;
}

PackedIndex::PackedIndex(int sites, int order) : sites_(sites), order_(order), size_(0) {
  const std::int64_t size = count(sites, order);
  if (size > std::numeric_limits<int>::max() / std::max(order, 1))
    throw ShapeError("PackedIndex: " + std::to_string(size) + " tuples of " + std::to_string(order) + " out of " +
                     std::to_string(sites) + " sites are more than an index holds");
  size_ = static_cast<int>(size);
  tails_.assign((order_as_size() + 1) * static_cast<std::size_t>(sites + 1), 0);
  for (int r = 0; r <= order; ++r)
    for (int m = 0; m <= sites; ++m)
      tails_[static_cast<std::size_t>(r * (sites + 1) + m)] = r == 0 ? 1 : m == 0 ? 0 : count(m, r);
  tuples_.reserve(static_cast<std::size_t>(size_) * order_as_size());
  std::vector<int> tuple(order_as_size(), 0);
  for (int k = 0; k < size_; ++k) {
    tuples_.insert(tuples_.end(), tuple.begin(), tuple.end());
    int place = order - 1;
    while (place >= 0 && tuple[static_cast<std::size_t>(place)] == sites - 1) --place;
    if (place < 0) break;
    std::fill(tuple.begin() + place, tuple.end(), tuple[static_cast<std::size_t>(place)] + 1);
  }
}

PackedIndex::PackedIndex(int sites, int order, std::vector<std::vector<int>> tuples) : sites_(sites), order_(order), size_(0) {
  for (std::vector<int>& tuple : tuples) {
    if (tuple.size() != order_as_size() || std::any_of(tuple.begin(), tuple.end(), [&](int s) { return s < 0 || s >= sites; }))
      throw ShapeError("PackedIndex: expected tuples of " + std::to_string(order) + " sites below " + std::to_string(sites));
    std::sort(tuple.begin(), tuple.end());
  }
  std::sort(tuples.begin(), tuples.end());
  tuples.erase(std::unique(tuples.begin(), tuples.end()), tuples.end());
  size_ = static_cast<int>(tuples.size());
  for (const std::vector<int>& tuple : tuples) tuples_.insert(tuples_.end(), tuple.begin(), tuple.end());
}

int PackedIndex::position(const int* sorted) const noexcept {
  if (!complete()) {
    int low = 0, high = size_;
    while (low < high) {
      const int middle = (low + high) / 2;
      if (std::lexicographical_compare(tuple(middle), tuple(middle) + order_, sorted, sorted + order_))
        low = middle + 1;
      else
        high = middle;
    }
    return low;
  }
  // Tuples before this one first differ from it at some place r, where they hold a smaller site.
  std::int64_t before = 0;
  int lowest = 0;
  for (int r = 0; r < order_; ++r) {
    const auto row = static_cast<std::size_t>((order_ - r) * (sites_ + 1));
    before +=
        tails_[row + static_cast<std::size_t>(sites_ - lowest)] - tails_[row + static_cast<std::size_t>(sites_ - sorted[r])];
    lowest = sorted[r];
  }
  return static_cast<int>(before);
}

int PackedIndex::position(std::vector<int> tuple) const {
  if (tuple.size() != order_as_size() || std::any_of(tuple.begin(), tuple.end(), [this](int s) { return s < 0 || s >= sites_; }))
    throw ShapeError("PackedIndex: expected " + std::to_string(order_) + " sites below " + std::to_string(sites_));
  std::sort(tuple.begin(), tuple.end());
  const int place = position(tuple.data());
  if (place >= size_ || !std::equal(tuple.begin(), tuple.end(), this->tuple(place)))
    throw ShapeError("PackedIndex: a tuple of order " + std::to_string(order_) + " that is not in the list");
  return place;
}

}  // namespace nnft
