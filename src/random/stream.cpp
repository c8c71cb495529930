#include "nnft/random/stream.hpp"

#include <string>

#include "nnft/core/error.hpp"

namespace nnft {
namespace {

PhiloxKey key_of(std::uint64_t seed) noexcept {
  return {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)};
}

}  // namespace

Stream::Stream(std::uint64_t seed, std::uint32_t width) : Stream(key_of(seed), width) {
  if (width == 0 || width > max_stream_width)
    throw UsageError("width: expected 1 to " + std::to_string(max_stream_width) + ", got " + std::to_string(width));
}

Stream Stream::process(std::uint64_t seed) noexcept { return Stream(key_of(seed), 0); }

Stream Stream::strided(std::uint64_t stride) const noexcept {
  Stream copy = *this;
  copy.stride_ = stride;
  return copy;
}

}  // namespace nnft
