#include "nnft/theory/leg_partitions.hpp"

#include <algorithm>
#include <map>

namespace nnft {
namespace {

class Dealer {
 public:
  LegPartitions partitions;

  void add(const int* first, const int* last) {
    counts_.clear();
    open_.clear();
    deal(first, last);
    std::vector<LegPartitions::Term> terms;
    for (const auto& [blocks, count] : counts_) terms.push_back({count, blocks});
    partitions.rows.push_back(std::move(terms));
  }

 private:
  void deal(const int* leg, const int* last) {
    if (leg == last) {
      std::vector<int> places;
      for (const std::vector<int>& block : open_) places.push_back(place(block));
      std::ranges::sort(places);
      counts_[places] += 1.0;
      return;
    }
    for (std::size_t block = 0; block < open_.size(); ++block) {
      open_[block].push_back(*leg);
      deal(leg + 1, last);
      open_[block].pop_back();
    }
    open_.push_back({*leg});
    deal(leg + 1, last);
    open_.pop_back();
  }

  /// Legs are dealt in rising order, so blocks are sorted.
  int place(const std::vector<int>& block) {
    const auto [found, is_new] = places_.try_emplace(block, static_cast<int>(partitions.blocks.size()));
    if (is_new) partitions.blocks.push_back(block);
    return found->second;
  }

  std::vector<std::vector<int>> open_;
  std::map<std::vector<int>, int> places_;
  std::map<std::vector<int>, double> counts_;
};

}  // namespace

LegPartitions leg_partitions(const MomentLayout& layout) {
  Dealer dealer;
  for (const int order : layout.orders())
    for (int t = 0; t < layout.index(order).size(); ++t)
      dealer.add(layout.index(order).tuple(t), layout.index(order).tuple(t) + order);
  return dealer.partitions;
}

}  // namespace nnft
