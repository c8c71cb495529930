#include "nnft/run/config_text.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "nnft/core/error.hpp"

namespace nnft {

namespace {

constexpr std::size_t largest_file = std::size_t{256} << 20;
constexpr std::size_t longest_quote = 60;
constexpr std::string_view blanks = " \t";

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\t') || byte == 0x7f;
}

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xc0u) == 0x80u; }

std::string escaped(char c) {
  constexpr std::string_view digits = "0123456789abcdef";
  const auto byte = static_cast<unsigned char>(c);
  return {'\\', 'x', digits[byte >> 4u], digits[byte & 0xfu]};
}

/// Length of the UTF-8 character whose first byte and following bytes are given; 0 if malformed.
std::size_t utf8_length(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  const std::size_t length = lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
  if (length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if (!is_continuation(text[i])) return 0;
  if (length < 3) return length;
  const auto second = static_cast<unsigned char>(text[1]);
  const bool overlong = (lead == 0xe0 && second < 0xa0) || (lead == 0xf0 && second < 0x90);
  const bool outside = (lead == 0xed && second >= 0xa0) || (lead == 0xf4 && second >= 0x90);
  return overlong || outside ? 0 : length;
}

}  // namespace

std::string read_text_file(const std::string& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) throw IoError(path + ": cannot be read: is a directory");
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) throw IoError(path + ": cannot be read: " + std::strerror(errno));
  std::string text;
  std::vector<char> chunk(std::size_t{1} << 16);
  while (file) {
    file.read(chunk.data(), static_cast<std::streamsize>(chunk.size()));
    text.append(chunk.data(), static_cast<std::size_t>(file.gcount()));
    if (text.size() > largest_file) throw IoError(path + ": cannot be read: larger than 256 MiB");
  }
  if (file.bad()) throw IoError(path + ": cannot be read: " + std::strerror(errno));
  return text;
}

LineWalker::LineWalker(std::string_view text) : rest_(text) {
  if (rest_.starts_with("\xef\xbb\xbf")) rest_.remove_prefix(3);
}

bool LineWalker::next() {
  if (rest_.empty()) return false;
  const std::size_t end = rest_.find('\n');
  line_ = rest_.substr(0, end);
  rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
  if (line_.ends_with('\r')) line_.remove_suffix(1);
  ++number_;
  return true;
}

std::string_view trim(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(blanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

std::string_view without_comment(std::string_view line) { return trim(line.substr(0, line.find('#'))); }

std::vector<std::string_view> words(std::string_view text, std::size_t limit) {
  std::vector<std::string_view> found;
  for (text = trim(text); !text.empty() && found.size() < limit; text = trim(text)) {
    found.push_back(text.substr(0, text.find_first_of(blanks)));
    text.remove_prefix(found.back().size());
  }
  return found;
}

bool has_control_character(std::string_view line) { return std::ranges::any_of(line, is_control); }

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string quoted(std::string_view text) {
  std::string_view shown = text;
  if (shown.size() > longest_quote) {
    std::size_t end = longest_quote;
    while (end > longest_quote - 3 && is_continuation(shown[end])) --end;
    shown = shown.substr(0, end);
  }
  const bool readable = is_utf8(shown);
  std::string result = "'";
  for (const char c : shown) {
    const bool escape = is_control(c) || (!readable && static_cast<unsigned char>(c) >= 0x80);
    result += escape ? escaped(c) : std::string(1, c);
  }
  return result + (shown.size() < text.size() ? "…'" : "'");
}

std::size_t edit_distance(std::string_view from, std::string_view to) {
  std::vector<std::size_t> before(to.size() + 1), last(to.size() + 1), row(to.size() + 1);
  for (std::size_t j = 0; j <= to.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= from.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= to.size(); ++j) {
      const std::size_t substitution = last[j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, substitution});
      if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1]) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before.swap(last);
    last.swap(row);
  }
  return last[to.size()];
}

}  // namespace nnft
