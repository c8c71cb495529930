#include "nnft/run/block_store.hpp"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include "nnft/core/error.hpp"
#include "nnft/parallel/agreement.hpp"

namespace nnft {
namespace {

/// What precedes the sums of a subtree in a message.
struct NodeHeader {
  std::uint64_t entry;
  std::uint64_t index;
  std::uint64_t level;
};

/// What precedes the total of a block in a message.
struct TotalHeader {
  std::uint64_t block;
  std::uint64_t slices;
};

template <class Header>
void append(std::vector<std::byte>& message, const Header& header, const std::vector<double>& sums) {
  const std::size_t start = message.size();
  message.resize(start + sizeof(Header) + sums.size() * sizeof(double));
  std::memcpy(message.data() + start, &header, sizeof(Header));
  std::memcpy(message.data() + start + sizeof(Header), sums.data(), sums.size() * sizeof(double));
}

/// Calls use(header, sums) for each record of a message.
template <class Header, class Use>
void for_each_record(const std::vector<std::byte>& message, int moments, Use use) {
  const std::size_t record = sizeof(Header) + static_cast<std::size_t>(moments) * sizeof(double);
  if (message.size() % record != 0) throw Error("BlockStore: a message of " + std::to_string(message.size()) + " bytes is torn");
  for (std::size_t at = 0; at < message.size(); at += record) {
    Header header;
    std::memcpy(&header, message.data() + at, sizeof(Header));
    std::vector<double> sums(static_cast<std::size_t>(moments));
    std::memcpy(sums.data(), message.data() + at + sizeof(Header), sums.size() * sizeof(double));
    use(header, std::move(sums));
  }
}

}  // namespace

BlockStore::BlockStore(const Communicator& comm, std::uint64_t points, std::uint64_t blocks, const SumLayout& layout)
    : comm_(comm),
      points_(points),
      blocks_(blocks),
      columns_(layout.size()),
      rule_(layout.rule()),
      owned_(partition(points * blocks, comm.rank(), comm.size())),
      trees_(owned_.size(), SumTree(rule_)),
      outgoing_(static_cast<std::size_t>(comm.size())) {}

int BlockStore::owner(std::uint64_t entry) const {
  // The inverse of partition(): the first `larger` parts have one entry more.
  const auto ranks = static_cast<std::uint64_t>(comm_.size());
  const std::uint64_t base = points_ * blocks_ / ranks;
  const std::uint64_t larger = points_ * blocks_ % ranks;
  const std::uint64_t in_larger = larger * (base + 1);
  return static_cast<int>(entry < in_larger ? entry / (base + 1) : larger + (entry - in_larger) / base);
}

void BlockStore::deposit(std::uint64_t point, std::uint64_t block, SumTree&& tree) {
  const std::uint64_t entry = block * points_ + point;
  const int to = owner(entry);
  if (to == comm_.rank()) {
    trees_[entry - owned_.begin].merge(std::move(tree));
    return;
  }
  for (const SumNode& node : tree.nodes())
    append(outgoing_[static_cast<std::size_t>(to)], NodeHeader{entry, node.index, static_cast<std::uint64_t>(node.level)},
           node.sums);
}

void BlockStore::fill(const std::function<Subtrees(std::uint64_t point, const Range& blocks)>& read) {
  constexpr int rounds = 8;  // of a point, whose blocks have many subtrees: no more than about a table of them at a time
  const auto ranks = static_cast<std::uint64_t>(comm_.size());
  for (std::uint64_t first = 0; first < points_; first += ranks)
    for (int round = 0; round < rounds; ++round) {
      const std::uint64_t point = first + static_cast<std::uint64_t>(comm_.rank());
      run_agreed<IoError>(comm_, [&] {
        if (point >= points_) return;
        for (auto& [block, node] : read(point, partition(blocks_, round, rounds))) {
          SumTree tree(rule_);
          tree.add(std::move(node));
          deposit(point, block, std::move(tree));
        }
      });
      const auto incoming = travel();
      run_agreed<IoError>(comm_, [&] { absorb(incoming); });
    }
}

Range BlockStore::owned_blocks(std::uint64_t point) const {
  const auto from = [&](std::uint64_t entry) { return entry > point ? (entry - point + points_ - 1) / points_ : 0; };
  return {from(owned_.begin), from(owned_.end)};
}

void BlockStore::settle() { absorb(travel()); }

std::vector<std::vector<std::byte>> BlockStore::travel() {
  auto incoming = comm_.exchange(outgoing_);
  for (auto& message : outgoing_) std::vector<std::byte>().swap(message);
  return incoming;
}

void BlockStore::absorb(const std::vector<std::vector<std::byte>>& incoming) {
  for (const auto& message : incoming)
    for_each_record<NodeHeader>(message, columns_, [this](const NodeHeader& header, std::vector<double>&& sums) {
      trees_.at(header.entry - owned_.begin).add({static_cast<int>(header.level), header.index, std::move(sums)});
    });
}

BlockTable BlockStore::collect_rows(std::uint64_t wave, const std::function<SumNode(const SumTree&)>& row) const {
  const auto ranks = static_cast<std::uint64_t>(comm_.size());
  std::vector<std::vector<std::byte>> totals(ranks);
  for (std::uint64_t entry = owned_.begin; entry < owned_.end; ++entry) {
    const std::uint64_t point = entry % points_;
    if (point / ranks != wave) continue;
    const SumNode node = row(trees_[entry - owned_.begin]);
    append(totals[point % ranks], TotalHeader{entry / points_, node.index}, node.sums);
  }
  const auto incoming = comm_.exchange(totals);
  const bool mine = wave * ranks + static_cast<std::uint64_t>(comm_.rank()) < points_;
  BlockTable table(mine ? static_cast<int>(blocks_) : 0, columns_);
  for (const auto& message : incoming)
    for_each_record<TotalHeader>(message, columns_, [&table](const TotalHeader& header, std::vector<double>&& sums) {
      table.counts.at(header.block) = static_cast<std::int64_t>(header.slices);
      table.sums.row(static_cast<Eigen::Index>(header.block)) =
          Eigen::Map<const Vector>(sums.data(), static_cast<Eigen::Index>(sums.size())).transpose();
    });
  return table;
}

BlockTable BlockStore::collect(std::uint64_t wave) const {
  return collect_rows(wave, [this](const SumTree& tree) {
    return SumNode{0, tree.slices(), tree.total(static_cast<std::size_t>(columns_))};
  });
}

BlockTable BlockStore::collect_subtree(std::uint64_t wave, std::size_t subtree) const {
  return collect_rows(wave, [subtree](const SumTree& tree) {
    const SumNode& node = tree.nodes().at(subtree);
    return SumNode{0, std::uint64_t{1} << node.level, node.sums};
  });
}

}  // namespace nnft
