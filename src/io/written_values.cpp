#include "io/written_values.hpp"

#include <algorithm>
#include <bit>
#include <functional>
#include <numeric>

#include "nnft/core/error.hpp"

namespace nnft {
namespace {

constexpr std::uint64_t elements_at_a_time = 1u << 19;
constexpr std::uint64_t checksum_of_nothing = 0xcbf29ce484222325u;

/// FNV-1a by words: against losses, not against forgers.
template <class T>
std::uint64_t extend(std::uint64_t checksum, std::span<const T> values) {
  for (const T value : values) {
    checksum = (checksum ^ std::bit_cast<std::uint64_t>(value)) * 0x100000001b3u;
    checksum ^= checksum >> 32;
  }
  return checksum;
}

std::uint64_t product(std::span<const std::uint64_t> factors) {
  return std::accumulate(factors.begin(), factors.end(), std::uint64_t{1}, std::multiplies<>());
}

}  // namespace

void WrittenValues::add(const std::string& variable, std::span<const std::uint64_t> offset, std::span<const std::uint64_t> count,
                        std::span<const double> values) {
  if (values.empty()) return;
  hyperslabs_.push_back(
      {variable, true, {offset.begin(), offset.end()}, {count.begin(), count.end()}, extend(checksum_of_nothing, values)});
}

void WrittenValues::add(const std::string& variable, std::span<const std::uint64_t> offset, std::span<const std::uint64_t> count,
                        std::span<const std::int64_t> values) {
  if (values.empty()) return;
  hyperslabs_.push_back(
      {variable, false, {offset.begin(), offset.end()}, {count.begin(), count.end()}, extend(checksum_of_nothing, values)});
}

std::uint64_t WrittenValues::checksum_in(const ResultReader& file, const Written& hyperslab) {
  // Pieces along the slowest dimension that has more than one element keep the order of the values.
  const auto& whole = hyperslab.count;
  const auto dimension = static_cast<std::size_t>(
      std::find_if(whole.begin(), whole.end() - 1, [](std::uint64_t extent) { return extent > 1; }) - whole.begin());
  const std::uint64_t step = std::max<std::uint64_t>(1, elements_at_a_time / (product(whole) / whole[dimension]));
  std::vector<std::uint64_t> offset = hyperslab.offset, count = whole;
  std::uint64_t checksum = checksum_of_nothing;
  for (std::uint64_t first = 0; first < whole[dimension]; first += step) {
    offset[dimension] = hyperslab.offset[dimension] + first;
    count[dimension] = std::min(step, whole[dimension] - first);
    if (hyperslab.real)
      checksum = extend(checksum, std::span<const double>(file.read_double(hyperslab.variable, offset, count)));
    else
      checksum = extend(checksum, std::span<const std::int64_t>(file.read_int(hyperslab.variable, offset, count)));
  }
  return checksum;
}

void WrittenValues::require_in(const std::string& path) const {
  if (hyperslabs_.empty()) return;
  const ResultReader file(path);
  for (const Written& hyperslab : hyperslabs_)
    if (checksum_in(file, hyperslab) != hyperslab.checksum)
      throw IoError(path + ": " + hyperslab.variable +
                    ": does not hold what was written, though every write was said to succeed (is the disk full?)");
}

}  // namespace nnft
