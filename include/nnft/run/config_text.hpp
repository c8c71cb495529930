#pragma once
/// @file The text of a config before it means anything: files, lines, words, quoting, spelling.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace nnft {

/// The content of a file. @throws IoError if it cannot be read, is a directory or is larger than 256 MiB.
std::string read_text_file(const std::string& path);

/// Walks over the lines of a text: a UTF-8 byte order mark, CRLF and a missing final newline are all accepted.
class LineWalker {
 public:
  /// The text must outlive the walker.
  explicit LineWalker(std::string_view text);
  /// Moves to the next line; false when there is none.
  bool next();
  /// The current line without its line end.
  std::string_view line() const noexcept { return line_; }
  /// Counts from 1.
  std::int64_t number() const noexcept { return number_; }

 private:
  std::string_view rest_;
  std::string_view line_;
  std::int64_t number_ = 0;
};

/// Without spaces and tabs at either end.
std::string_view trim(std::string_view text);

/// Up to the first '#', trimmed.
std::string_view without_comment(std::string_view line);

/// The words between spaces and tabs; stops after `limit` words, so ask for one more than is allowed.
std::vector<std::string_view> words(std::string_view text, std::size_t limit);

/// Whether a line holds a byte that no text has: a control character other than tab.
bool has_control_character(std::string_view line);

/// Whether the bytes are well-formed UTF-8.
bool is_utf8(std::string_view text);

/// 'text' for a message: shortened to some 60 bytes, bytes that cannot be printed as \xNN.
std::string quoted(std::string_view text);

/// Fewest insertions, deletions, substitutions and swaps of neighbours that turn one word into the other.
std::size_t edit_distance(std::string_view from, std::string_view to);

}  // namespace nnft
