#pragma once
/// @file A share of a run for an array job: every n-th block.

#include <cstdint>
#include <string>

namespace nnft {

/// Blocks index, index + count, index + 2 count, … of a run; the whole run is part 0 of 1.
struct Part {
  std::uint64_t index = 0;
  std::uint64_t count = 1;

  bool whole() const noexcept { return count == 1; }
  friend bool operator==(const Part&, const Part&) = default;
};

/// @param text "i/n" with 0 <= i < n. @throws UsageError otherwise.
Part parse_part(const std::string& text);

/// "i/n".
std::string to_string(const Part& part);

}  // namespace nnft
