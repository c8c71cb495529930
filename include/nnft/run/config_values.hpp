#pragma once
/// @file Conversions between the text of a config value and the value.
///
/// Every read_… gives what is wrong with the text, each a phrase that follows "got " in a message; nothing if it is right,
/// and only then is the value assigned.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "nnft/core/types.hpp"
#include "nnft/run/config_text.hpp"

namespace nnft {

using Complaints = std::vector<std::string>;

/// Whole numbers from `least` to `most`, both included.
struct WholeRange {
  std::uint64_t least;
  std::uint64_t most;
  bool contains(std::uint64_t value) const noexcept { return least <= value && value <= most; }
};

/// An exact non-negative whole number: 256, 1e6, 1.5e3, 8.0; nothing if the text is not one or exceeds 64 bits.
std::optional<std::uint64_t> whole_number(std::string_view text);

/// A finite decimal number; nothing for nan, inf, hexadecimal, or what a double cannot hold. -0 becomes 0.
std::optional<double> finite_number(std::string_view text);

/// Bytes: a whole number, or one followed by K, M, G or T (powers of 1024).
std::optional<std::uint64_t> byte_count(std::string_view text);

/// One whole number in the range.
template <class Integer>
Complaints read_whole(std::string_view text, WholeRange range, Integer& value);

/// Different whole numbers in the range, at most a million, in the order given.
Complaints read_whole_list(std::string_view text, WholeRange range, std::vector<double>& values);

/// A subset of `allowed` that holds its first element; becomes ascending.
Complaints read_orders(std::string_view text, const std::vector<int>& allowed, std::vector<int>& orders);

/// A number > 0.
Complaints read_positive(std::string_view text, double& value);

/// A number of bytes in the range.
Complaints read_bytes(std::string_view text, WholeRange range, std::uint64_t& bytes);

/// A time: a number >= 0 with s (seconds), m, h or d; without a letter seconds. At most 1e9 s.
Complaints read_seconds(std::string_view text, double& seconds);

/// The path of a file: valid UTF-8 that does not end with '/'.
Complaints read_path(std::string_view text, std::string& path);

/// Sites 'a b; c d', at most 4096, all with the same number of components, at most 1000. A ';' may follow the last.
Complaints read_sites(std::string_view text, RowMatrix& sites);

/// The same from a file with one site per line, '#' comments and empty lines.
Complaints read_sites_file(std::string_view path, RowMatrix& sites);

/// The shortest decimal text that reads back as the same double.
std::string shortest_text(double value);

/// Values separated by a space.
std::string list_text(const std::vector<double>& whole_numbers);
std::string list_text(const std::vector<int>& values);

/// In the form that read_sites reads.
std::string sites_text(const RowMatrix& sites);

template <class Integer>
Complaints read_whole(std::string_view text, WholeRange range, Integer& value) {
  const std::optional<std::uint64_t> number = whole_number(text);
  const bool fits = number && range.contains(*number) && std::in_range<Integer>(*number);
  if (!fits) return {quoted(text)};
  value = static_cast<Integer>(*number);
  return {};
}

}  // namespace nnft
