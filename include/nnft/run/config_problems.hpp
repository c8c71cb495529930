#pragma once
/// @file Every problem of a config, collected while reading and thrown together.

#include <compare>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace nnft {

/// Where a value, or the lack of one, was met: a line of the file, the file as a whole, or the command line.
class Origin {
 public:
  static constexpr Origin at_line(std::int64_t line) { return Origin(line); }
  static constexpr Origin whole_file() { return Origin(std::numeric_limits<std::int64_t>::max() - 1); }
  static constexpr Origin command_line() { return Origin(std::numeric_limits<std::int64_t>::max()); }

  /// Meaningful only where it is neither whole_file() nor command_line().
  constexpr std::int64_t line() const noexcept { return order_; }
  /// Lines in their order, then the whole file, then the command line.
  auto operator<=>(const Origin&) const = default;

 private:
  explicit constexpr Origin(std::int64_t order) : order_(order) {}
  std::int64_t order_;
};

/// Collects problems; one line of the final message each.
class ProblemList {
 public:
  /// @param file_name what messages call the config file.
  explicit ProblemList(std::string file_name) : file_name_(std::move(file_name)) {}

  /// @param key section.key, or empty if the problem is not about one.
  void add(Origin origin, std::string_view key, const std::string& what);
  /// True after a thousand problems: whoever reads a file stops then, because it is no config.
  bool full() const noexcept { return problems_.size() >= 1000; }
  /// @throws UsageError with all problems, sorted by origin, unless there are none.
  void throw_if_any() const;

 private:
  struct Problem {
    Origin origin;
    std::string message;
  };
  std::string file_name_;
  std::vector<Problem> problems_;
};

}  // namespace nnft
