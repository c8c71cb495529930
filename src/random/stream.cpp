#include "nnft/random/stream.hpp"

#include <string>

#include "nnft/core/error.hpp"

namespace nnft {

Stream::Stream(std::uint64_t seed, std::uint32_t width)
    : key_{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)}, width_(width) {
  if (width == 0 || width > max_stream_width)
    throw UsageError("width: expected 1 to " + std::to_string(max_stream_width) + ", got " + std::to_string(width));
}

}  // namespace nnft
