#pragma once
/// @file Contiguous shares of a count of things.

#include <cstdint>

namespace nnft {

/// Half-open range [begin, end).
struct Range {
  std::uint64_t begin;
  std::uint64_t end;
  std::uint64_t size() const noexcept { return end - begin; }
  friend bool operator==(const Range&, const Range&) = default;
};

/// The part of [0, count) that belongs to `part` of `parts`: contiguous, in order, sizes differing by at most one.
/// @throws std::invalid_argument unless 0 <= part < parts.
Range partition(std::uint64_t count, int part, int parts);

}  // namespace nnft
