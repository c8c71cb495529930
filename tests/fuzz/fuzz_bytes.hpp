#pragma once
/// @file Reads a fuzzer's bytes as numbers and choices; behind their end everything is 0.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>

namespace nnft::fuzz {

class FuzzBytes {
 public:
  explicit FuzzBytes(std::span<const std::uint8_t> bytes) : rest_(bytes) {}

  bool empty() const noexcept { return rest_.empty(); }
  std::span<const std::uint8_t> rest() const noexcept { return rest_; }

  std::uint8_t byte() {
    if (rest_.empty()) return 0;
    const std::uint8_t value = rest_.front();
    rest_ = rest_.subspan(1);
    return value;
  }
  std::uint64_t number() {
    std::uint64_t value = 0;
    for (int k = 0; k < 8; ++k) value |= static_cast<std::uint64_t>(byte()) << (8 * k);
    return value;
  }
  std::uint32_t short_number() {
    std::uint32_t value = 0;
    for (int k = 0; k < 4; ++k) value |= static_cast<std::uint32_t>(byte()) << (8 * k);
    return value;
  }
  /// A place below `count`, 0 if that is 0.
  std::size_t below(std::size_t count) { return count == 0 ? 0 : byte() % count; }
  template <class Table>
  auto one_of(const Table& table) {
    return table[below(std::size(table))];
  }
  /// Up to 255 characters, preceded by their number.
  std::string text() {
    const std::size_t size = byte();
    std::string value;
    while (value.size() < size && !empty()) value += static_cast<char>(byte());
    return value;
  }

 private:
  std::span<const std::uint8_t> rest_;
};

}  // namespace nnft::fuzz
