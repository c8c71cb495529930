#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <limits>

#include "fuzz/file_edits.hpp"

namespace nnft::fuzz {
namespace {

constexpr int most_edits = 16;

void edit_once(std::string& content, FuzzBytes& bytes) {
  if (content.empty()) return;
  const std::uint8_t kind = bytes.byte();
  const std::size_t place = bytes.short_number() % content.size();
  const std::size_t length = std::min<std::size_t>(bytes.byte() + std::size_t{1}, content.size() - place);
  constexpr std::array<std::uint64_t, 8> numbers = {
      0, 1, 0xff, 0xffffffff, std::uint64_t{1} << 31, 1 << 20, 1ull << 62, ~std::uint64_t{0}};
  switch (kind % 6) {
    case 0:
      content[place] = static_cast<char>(content[place] ^ (1 << (kind / 6 % 8)));
      break;
    case 1:
      content[place] = static_cast<char>(bytes.byte());
      break;
    case 2:
      std::fill_n(content.begin() + static_cast<std::ptrdiff_t>(place), length, static_cast<char>(kind / 6 % 2 ? 0xff : 0));
      break;
    case 3: {
      std::uint64_t number = bytes.one_of(numbers);
      for (std::size_t k = 0; k < std::min<std::size_t>(8, content.size() - place); ++k, number >>= 8)
        content[place + k] = static_cast<char>(number & 0xff);
      break;
    }
    case 4: {
      const std::string piece = content.substr(place, length);
      const std::size_t to = bytes.short_number() % content.size();
      content.replace(to, std::min(piece.size(), content.size() - to), piece, 0, std::min(piece.size(), content.size() - to));
      break;
    }
    default:
      content.resize(place);
  }
}

}  // namespace

void edit_bytes(const std::string& path, FuzzBytes& bytes) {
  std::ifstream in(path, std::ios::binary);
  std::string content{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  in.close();
  for (int edit = 0; edit < most_edits && !bytes.empty(); ++edit) edit_once(content, bytes);
  std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
}

}  // namespace nnft::fuzz
