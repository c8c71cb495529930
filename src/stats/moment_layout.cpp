#include "nnft/stats/moment_layout.hpp"

#include <algorithm>
#include <bit>
#include <set>
#include <string>
#include <utility>

#include "nnft/core/error.hpp"

namespace nnft {
namespace {

void require_orders(const std::vector<int>& orders) {
  if (orders.empty()) throw ShapeError("MomentLayout: expected at least one order");
  for (std::size_t k = 0; k < orders.size(); ++k)
    if (orders[k] != 2 * (static_cast<int>(k) + 1))
      throw ShapeError("MomentLayout: expected orders 2, 4, … without gaps, got " + std::to_string(orders[k]) + " at place " +
                       std::to_string(k));
}

}  // namespace

std::vector<std::vector<int>> sub_tuples(const std::vector<int>& tuple, int order) {
  std::set<std::vector<int>> found;
  for (unsigned legs = 0; legs < (1u << tuple.size()); ++legs) {
    if (std::popcount(legs) != order) continue;
    std::vector<int> part;
    for (std::size_t k = 0; k < tuple.size(); ++k)
      if (legs >> k & 1u) part.push_back(tuple[k]);
    std::sort(part.begin(), part.end());
    found.insert(std::move(part));
  }
  return {found.begin(), found.end()};
}

MomentLayout::MomentLayout(int sites, std::vector<int> orders) : MomentLayout(sites, std::move(orders), TupleChoice::all, {}) {}

MomentLayout::MomentLayout(int sites, std::vector<int> orders, TupleChoice choice, const std::vector<std::vector<int>>& listed)
    : sites_(sites), orders_(std::move(orders)) {
  require_orders(orders_);
  for (const std::vector<int>& tuple : listed)
    if (std::find(orders_.begin(), orders_.end(), static_cast<int>(tuple.size())) == orders_.end())
      throw ShapeError("MomentLayout: a tuple of " + std::to_string(tuple.size()) + " sites is of no order that is measured");
  for (const int order : orders_) {
    if (choice == TupleChoice::all || order == 2) {
      add(PackedIndex(sites, order));
      continue;
    }
    std::vector<std::vector<int>> tuples;
    if (choice == TupleChoice::diagonal)
      for (int site = 0; site < sites; ++site) tuples.emplace_back(static_cast<std::size_t>(order), site);
    for (const std::vector<int>& tuple : listed)
      for (std::vector<int>& part : sub_tuples(tuple, order)) tuples.push_back(std::move(part));
    add(PackedIndex(sites, order, std::move(tuples)));
  }
}

void MomentLayout::add(PackedIndex index) {
  offsets_.push_back(size_);
  size_ += index.size();
  indices_.push_back(std::move(index));
}

std::size_t MomentLayout::place(int order) const {
  for (std::size_t k = 0; k < orders_.size(); ++k)
    if (orders_[k] == order) return k;
  throw ShapeError("MomentLayout: no order " + std::to_string(order));
}

}  // namespace nnft
