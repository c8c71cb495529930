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

/// Different widths in the range or inf, at most a million, in the order given.
Complaints read_widths(std::string_view text, WholeRange range, std::vector<double>& values);

/// Different finite numbers, at least one and at most a million, in the order given.
Complaints read_numbers(std::string_view text, std::vector<double>& values);

/// Whole numbers in the range, possibly none.
Complaints read_whole_list(std::string_view text, WholeRange range, std::vector<int>& values);

/// Some of 2, 4, 6, 8, none twice; becomes 2, 4, … up to the highest, since cumulants need all lower orders.
Complaints read_orders(std::string_view text, std::vector<int>& orders);

/// A number from `least` to `most`; with Ends::open not those themselves.
enum class Ends { closed, open };
Complaints read_number(std::string_view text, double least, double most, Ends ends, double& value);

/// Tuples of sites separated by ';', each of 2, 4, 6 or 8 of them.
Complaints read_tuples(std::string_view text, std::vector<std::vector<int>>& tuples);

/// A number of bytes in the range.
Complaints read_bytes(std::string_view text, WholeRange range, std::uint64_t& bytes);

/// A time: a number >= 0 with s (seconds), m, h or d; without a letter seconds. At most 1e9 s.
Complaints read_seconds(std::string_view text, double& seconds);

/// The path of a file: valid UTF-8 that does not end with '/'.
Complaints read_path(std::string_view text, std::string& path);

/// Sites 'a b; c d', at most 4096, all with the same number of components, at most 4096. A ';' may follow the last. `row` is what
/// messages call one of them.
Complaints read_sites(std::string_view text, RowMatrix& sites, const std::string& row = "site");

/// The same from a file with one site per line, '#' comments and empty lines.
Complaints read_sites_file(std::string_view path, RowMatrix& sites);

/// The shortest decimal text that reads back as the same double.
std::string shortest_text(double value);

/// Whole numbers in full, others as short as they can be told; inf for an infinite one.
std::string number_text(double value);

/// Values separated by a space.
std::string list_text(const std::vector<double>& values);
std::string list_text(const std::vector<int>& values);
std::string tuples_text(const std::vector<std::vector<int>>& tuples);

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
