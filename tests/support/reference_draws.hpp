#pragma once
/// @file The variates of stream.hpp computed one at a time with the C library: what the vector kernels are held against.

#include <cmath>
#include <cstdint>
#include <numbers>

#include "nnft/random/stream.hpp"

namespace nnft::test {

/// Draw `draw`'s first or second 64-bit word.
inline std::uint64_t word(const Stream& stream, Purpose purpose, std::uint64_t sample, std::uint32_t draw, int which) {
  const PhiloxCounter c = philox4x32(stream.counter(purpose, sample, draw), stream.key());
  return which == 0 ? c[0] | std::uint64_t{c[1]} << 32 : c[2] | std::uint64_t{c[3]} << 32;
}

/// Variate number n, uniform in [−1/2, 1/2).
inline double uniform(const Stream& stream, Purpose purpose, std::uint64_t sample, std::uint32_t n) {
  return std::ldexp(static_cast<double>(word(stream, purpose, sample, n / 2, static_cast<int>(n % 2)) >> 12), -52) - 0.5;
}

/// Variate number n, standard normal.
inline double normal(const Stream& stream, Purpose purpose, std::uint64_t sample, std::uint32_t n) {
  const double u = 1.0 - std::ldexp(static_cast<double>(word(stream, purpose, sample, n / 2, 0) >> 12), -52);
  const double angle = 2.0 * std::numbers::pi * uniform(stream, purpose, sample, n / 2 * 2 + 1);
  return std::sqrt(-2.0 * std::log(u)) * (n % 2 == 0 ? std::cos(angle) : std::sin(angle));
}

}  // namespace nnft::test
