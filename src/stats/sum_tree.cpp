#include "nnft/stats/sum_tree.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "nnft/core/error.hpp"

namespace nnft {
namespace {

std::uint64_t first_slice(const SumNode& node) { return node.index << node.level; }
std::uint64_t end_slice(const SumNode& node) { return (node.index + 1) << node.level; }

bool siblings(const SumNode& left, const SumNode& right) {
  return left.level == right.level && left.index % 2 == 0 && left.index + 1 == right.index;
}

}  // namespace

void SumTree::combine(std::vector<double>& left, const std::vector<double>& right) const {
  const std::size_t latest = left.size() - std::min(left.size(), static_cast<std::size_t>(rule_.latest));
  const std::size_t added = latest - std::min(latest, static_cast<std::size_t>(rule_.maxima));
  for (std::size_t k = 0; k < added; ++k) left[k] += right[k];
  for (std::size_t k = added; k < latest; ++k) left[k] = std::max(left[k], right[k]);
  std::copy(right.begin() + static_cast<std::ptrdiff_t>(latest), right.end(), left.begin() + static_cast<std::ptrdiff_t>(latest));
}

void SumTree::add(SumNode node) {
  auto place = std::lower_bound(nodes_.begin(), nodes_.end(), first_slice(node),
                                [](const SumNode& n, std::uint64_t slice) { return first_slice(n) < slice; });
  const bool overlaps = (place != nodes_.end() && first_slice(*place) < end_slice(node)) ||
                        (place != nodes_.begin() && end_slice(*std::prev(place)) > first_slice(node));
  if (overlaps)
    throw ShapeError("SumTree: slices " + std::to_string(first_slice(node)) + " to " + std::to_string(end_slice(node) - 1) +
                     " are in the sum already");
  if (!nodes_.empty() && nodes_.front().sums.size() != node.sums.size())
    throw ShapeError("SumTree: expected " + std::to_string(nodes_.front().sums.size()) + " moments, got " +
                     std::to_string(node.sums.size()));
  place = nodes_.insert(place, std::move(node));
  while (true) {
    if (place != nodes_.begin() && siblings(*std::prev(place), *place))
      --place;
    else if (std::next(place) == nodes_.end() || !siblings(*place, *std::next(place)))
      return;
    const auto right = std::next(place);
    combine(place->sums, right->sums);
    ++place->level;
    place->index /= 2;
    nodes_.erase(right);
  }
}

void SumTree::merge(SumTree&& other) {
  for (SumNode& node : other.nodes_) add(std::move(node));
  other.nodes_.clear();
}

std::vector<double> SumTree::total(std::size_t moments) const {
  if (nodes_.empty()) return std::vector<double>(moments, 0.0);
  std::vector<double> sum = nodes_.front().sums;
  for (std::size_t n = 1; n < nodes_.size(); ++n) combine(sum, nodes_[n].sums);
  return sum;
}

std::vector<SumNode> SumTree::release() noexcept { return std::exchange(nodes_, {}); }

std::uint64_t SumTree::slices() const noexcept {
  std::uint64_t slices = 0;
  for (const SumNode& node : nodes_) slices += std::uint64_t{1} << node.level;
  return slices;
}

}  // namespace nnft
