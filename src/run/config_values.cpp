#include "nnft/run/config_values.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

namespace nnft {

namespace {

constexpr std::size_t most_list_entries = 1'000'000;
constexpr int highest_order = 8;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Removes the leading digits of text and returns them.
std::string_view take_digits(std::string_view& text) {
  const auto end = std::ranges::find_if_not(text, is_digit);
  const std::string_view digits = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  text.remove_prefix(digits.size());
  return digits;
}

/// Removes c from the front of text if it is there.
bool take(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

/// The exponent part 'e6', 'E+6' or nothing; empty if malformed. Held within ±10^6, beyond which nothing is representable.
std::optional<std::int64_t> take_exponent(std::string_view& text) {
  if (!take(text, 'e') && !take(text, 'E')) return 0;
  const bool negative = take(text, '-');
  if (!negative) take(text, '+');
  const std::string_view digits = take_digits(text);
  if (digits.empty()) return std::nullopt;
  constexpr std::int64_t bound = 1'000'000;
  std::int64_t exponent = 0;
  for (const char c : digits) exponent = std::min(bound, 10 * exponent + (c - '0'));
  return negative ? -exponent : exponent;
}

/// value × factor + digit, unless it exceeds 64 bits.
std::optional<std::uint64_t> times_plus(std::uint64_t value, std::uint64_t factor, std::uint64_t digit = 0) {
  constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
  if (value > (most - digit) / factor) return std::nullopt;
  return value * factor + digit;
}

/// digits × 10^exponent, if it is a whole number that fits.
std::optional<std::uint64_t> scaled_digits(std::string digits, std::int64_t exponent) {
  for (; !digits.empty() && digits.back() == '0'; ++exponent) digits.pop_back();
  if (digits.find_first_not_of('0') == std::string::npos) return 0;
  if (exponent < 0) return std::nullopt;
  std::optional<std::uint64_t> value = 0;
  for (const char c : digits)
    if (value) value = times_plus(*value, 10, static_cast<std::uint64_t>(c - '0'));
  for (; value && exponent > 0; --exponent) value = times_plus(*value, 10);
  return value;
}

/// Some value that occurs twice.
template <class T>
std::optional<T> repeated_value(std::vector<T> values) {
  std::ranges::sort(values);
  const auto twin = std::ranges::adjacent_find(values);
  if (twin == values.end()) return std::nullopt;
  return *twin;
}

template <class T>
std::string joined(const std::vector<T>& values) {
  std::string text;
  for (const T value : values) text += (text.empty() ? "" : " ") + std::to_string(value);
  return text;
}

}  // namespace

std::optional<std::uint64_t> whole_number(std::string_view text) {
  std::string digits(take_digits(text));
  std::int64_t fraction = 0;
  if (take(text, '.')) {
    const std::string_view behind = take_digits(text);
    fraction = static_cast<std::int64_t>(behind.size());
    digits += behind;
  }
  if (digits.empty()) return std::nullopt;
  const std::optional<std::int64_t> exponent = take_exponent(text);
  if (!exponent || !text.empty()) return std::nullopt;
  return scaled_digits(std::move(digits), *exponent - fraction);
}

std::optional<double> finite_number(std::string_view text) {
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
  double value = 0.0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stop != end || !std::isfinite(value)) return std::nullopt;
  return value + 0.0;
}

std::optional<std::uint64_t> byte_count(std::string_view text) {
  constexpr std::string_view units = "KMGT";
  const std::size_t unit = text.empty() ? std::string_view::npos : units.find(text.back());
  if (unit == std::string_view::npos) return whole_number(text);
  text.remove_suffix(1);
  const std::optional<std::uint64_t> number = whole_number(text);
  if (!number) return std::nullopt;
  return times_plus(*number, std::uint64_t{1} << (10 * (unit + 1)));
}

Complaints read_widths(std::string_view text, WholeRange range, std::vector<double>& values) {
  const std::vector<std::string_view> entries = words(text, most_list_entries + 1);
  if (entries.empty()) return {quoted(text)};
  if (entries.size() > most_list_entries) return {"more than " + std::to_string(most_list_entries) + " of them"};
  std::vector<double> read;
  for (const std::string_view entry : entries) {
    std::uint64_t value = 0;
    if (entry == "inf") {
      read.push_back(std::numeric_limits<double>::infinity());
      continue;
    }
    if (const Complaints complaints = read_whole(entry, range, value); !complaints.empty()) return complaints;
    read.push_back(static_cast<double>(value));
  }
  if (const auto twice = repeated_value(read)) return {shortest_text(*twice) + " twice"};
  values = std::move(read);
  return {};
}

Complaints read_numbers(std::string_view text, std::vector<double>& values) {
  const std::vector<std::string_view> entries = words(text, most_list_entries + 1);
  if (entries.empty()) return {quoted(text)};
  if (entries.size() > most_list_entries) return {"more than " + std::to_string(most_list_entries) + " of them"};
  std::vector<double> read;
  for (const std::string_view entry : entries) {
    const std::optional<double> number = finite_number(entry);
    if (!number) return {quoted(entry)};
    read.push_back(*number);
  }
  if (const auto twice = repeated_value(read)) return {shortest_text(*twice) + " twice"};
  values = std::move(read);
  return {};
}

Complaints read_whole_list(std::string_view text, WholeRange range, std::vector<int>& values) {
  std::vector<int> read;
  for (const std::string_view entry : words(text, most_list_entries)) {
    int value = 0;
    if (const Complaints complaints = read_whole(entry, range, value); !complaints.empty()) return complaints;
    read.push_back(value);
  }
  values = std::move(read);
  return {};
}

Complaints read_orders(std::string_view text, std::vector<int>& orders) {
  std::vector<int> read;
  constexpr std::size_t most = highest_order / 2;
  for (const std::string_view word : words(text, most + 1)) {
    int order = 0;
    const Complaints complaints = read_whole(word, {2, highest_order}, order);
    if (!complaints.empty() || order % 2 != 0) return {quoted(text)};
    read.push_back(order);
  }
  if (read.empty() || repeated_value(read)) return {quoted(text)};
  orders.clear();
  for (int order = 2; order <= *std::ranges::max_element(read); order += 2) orders.push_back(order);
  return {};
}

Complaints read_number(std::string_view text, double least, double most, Ends ends, double& value) {
  const std::optional<double> number = finite_number(text);
  if (!number || *number < least || *number > most) return {quoted(text)};
  if (ends == Ends::open && (*number == least || *number == most)) return {quoted(text)};
  value = *number;
  return {};
}

Complaints read_tuples(std::string_view text, std::vector<std::vector<int>>& tuples) {
  std::vector<std::vector<int>> read;
  text = trim(text);
  while (!text.empty()) {
    const std::size_t end = text.find(';');
    const std::string_view part = text.substr(0, end);
    std::vector<int>& tuple = read.emplace_back();
    if (Complaints complaints = read_whole_list(part, {0, 1'000'000}, tuple); !complaints.empty()) return complaints;
    if (tuple.empty() || tuple.size() % 2 != 0 || tuple.size() > highest_order)
      return {std::to_string(tuple.size()) + " sites in tuple " + std::to_string(read.size())};
    text = end == std::string_view::npos ? "" : trim(text.substr(end + 1));
  }
  if (read.empty()) return {quoted(text)};
  tuples = std::move(read);
  return {};
}

Complaints read_bytes(std::string_view text, WholeRange range, std::uint64_t& bytes) {
  const std::optional<std::uint64_t> number = byte_count(text);
  if (!number || !range.contains(*number)) return {quoted(text)};
  bytes = *number;
  return {};
}

Complaints read_seconds(std::string_view text, double& seconds) {
  constexpr std::array<std::pair<char, double>, 4> units = {{{'s', 1.0}, {'m', 60.0}, {'h', 3600.0}, {'d', 86400.0}}};
  double unit = 1.0;
  std::string_view digits = text;
  for (const auto& [letter, value] : units)
    if (text.ends_with(letter)) {
      unit = value;
      digits.remove_suffix(1);
    }
  double number = 0.0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  const bool whole_text = error == std::errc() && end == digits.data() + digits.size();
  if (!whole_text || !(number >= 0.0) || !(number * unit <= 1e9)) return {quoted(text)};
  seconds = number * unit;
  return {};
}

Complaints read_path(std::string_view text, std::string& path) {
  constexpr std::size_t longest_path = 4095;
  if (text.empty() || text.size() > longest_path || text.ends_with('/') || !is_utf8(text)) return {quoted(text)};
  path = text;
  return {};
}

std::string shortest_text(double value) {
  std::array<char, 32> buffer{};
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  return {buffer.data(), end};
}

std::string number_text(double value) {
  const bool whole = std::abs(value) < 1e15 && value == std::floor(value);
  return std::isinf(value) ? "inf" : whole ? std::to_string(static_cast<std::int64_t>(value)) : shortest_text(value);
}

std::string list_text(const std::vector<double>& values) {
  std::string text;
  for (const double width : values) text += (text.empty() ? "" : " ") + number_text(width);
  return text;
}

std::string list_text(const std::vector<int>& values) { return joined(values); }

std::string tuples_text(const std::vector<std::vector<int>>& tuples) {
  std::string text;
  for (const std::vector<int>& tuple : tuples) text += (text.empty() ? "" : "; ") + joined(tuple);
  return text;
}

}  // namespace nnft
