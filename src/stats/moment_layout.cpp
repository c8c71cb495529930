#include "nnft/stats/moment_layout.hpp"

#include <string>
#include <utility>

#include "nnft/core/error.hpp"

namespace nnft {

MomentLayout::MomentLayout(int sites, std::vector<int> orders) : sites_(sites), orders_(std::move(orders)) {
  if (orders_.empty()) throw ShapeError("MomentLayout: expected at least one order");
  for (std::size_t k = 0; k < orders_.size(); ++k)
    if (orders_[k] != 2 * (static_cast<int>(k) + 1))
      throw ShapeError("MomentLayout: expected orders 2, 4, … without gaps, got " + std::to_string(orders_[k]) + " at place " +
                       std::to_string(k));
  for (const int order : orders_) {
    indices_.emplace_back(sites, order);
    offsets_.push_back(size_);
    size_ += indices_.back().size();
  }
}

std::size_t MomentLayout::place(int order) const {
  for (std::size_t k = 0; k < orders_.size(); ++k)
    if (orders_[k] == order) return k;
  throw ShapeError("MomentLayout: no order " + std::to_string(order));
}

}  // namespace nnft
