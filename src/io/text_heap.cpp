#include "io/text_heap.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <set>

namespace nnft::hdf5 {
namespace {

constexpr std::size_t header = 16;  ///< of a collection, and of each of its objects

/// An unsigned little-endian number of `size` bytes.
std::uint64_t number(std::span<const std::byte> bytes, std::size_t at, std::size_t size) {
  std::uint64_t value = 0;
  for (std::size_t k = 0; k < size; ++k) value |= static_cast<std::uint64_t>(bytes[at + k]) << (8 * k);
  return value;
}

}  // namespace

std::optional<std::uint64_t> heap_collection_size(std::span<const std::byte> bytes) {
  constexpr std::array<char, 8> beginning = {'G', 'C', 'O', 'L', 1, 0, 0, 0};
  if (bytes.size() < header || std::memcmp(bytes.data(), beginning.data(), beginning.size()) != 0) return std::nullopt;
  return number(bytes, 8, 8);
}

bool is_sound_heap_collection(std::span<const std::byte> collection) {
  if (heap_collection_size(collection) != collection.size()) return false;
  std::set<std::uint64_t> numbers;
  std::size_t at = header;
  // What is too short for an object at the end is free.
  while (collection.size() - at >= header) {
    const std::uint64_t object = number(collection, at, 2), references = number(collection, at + 2, 2);
    const std::uint64_t reserved = number(collection, at + 4, 4), size = number(collection, at + 8, 8);
    const std::uint64_t left = collection.size() - at;
    if (reserved != 0 || size > left) return false;
    // Object 0 is the free space behind all others; its size includes its header.
    if (object == 0) return references == 0 && size == left;
    const std::uint64_t taken = header + (size + 7) / 8 * 8;
    if (taken > left || !numbers.insert(object).second) return false;
    at += taken;
  }
  return true;
}

}  // namespace nnft::hdf5
