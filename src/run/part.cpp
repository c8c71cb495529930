#include "nnft/run/part.hpp"

#include <charconv>

#include "nnft/core/error.hpp"

namespace nnft {

Part parse_part(const std::string& text) {
  Part part{0, 0};
  const char* const end = text.data() + text.size();
  const auto [slash, first_error] = std::from_chars(text.data(), end, part.index);
  if (first_error == std::errc() && slash != end && *slash == '/') {
    const auto [last, second_error] = std::from_chars(slash + 1, end, part.count);
    if (second_error == std::errc() && last == end && part.index < part.count) return part;
  }
  throw UsageError("--part: expected i/n with 0 <= i < n, got '" + text + "'");
}

std::string to_string(const Part& part) { return std::to_string(part.index) + "/" + std::to_string(part.count); }

}  // namespace nnft
