#include "nnft/parallel/partition.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace nnft {

Range partition(std::uint64_t count, int part, int parts) {
  if (part < 0 || part >= parts) {
    throw std::invalid_argument("partition: expected 0 <= part < parts, got part " + std::to_string(part) + " of " +
                                std::to_string(parts));
  }
  const auto shares = static_cast<std::uint64_t>(parts);
  const std::uint64_t share = count / shares;
  const std::uint64_t larger = count % shares;  // the first ones get one more
  const auto begin_of = [&](std::uint64_t p) { return p * share + std::min(p, larger); };
  const auto p = static_cast<std::uint64_t>(part);
  return {begin_of(p), begin_of(p + 1)};
}

}  // namespace nnft
