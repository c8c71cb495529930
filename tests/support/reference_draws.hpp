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

/// The unit-variance variates of variates.hpp.
inline double unit_uniform(const Stream& stream, Purpose purpose, std::uint64_t sample, std::uint32_t n) {
  return std::sqrt(12.0) * uniform(stream, purpose, sample, n);
}

inline double laplace(const Stream& stream, Purpose purpose, std::uint64_t sample, std::uint32_t n) {
  const std::uint64_t bits = word(stream, purpose, sample, n / 2, static_cast<int>(n % 2));
  const double magnitude = -std::log(1.0 - std::ldexp(static_cast<double>(bits >> 12), -52)) / std::numbers::sqrt2;
  return bits % 2 == 0 ? -magnitude : magnitude;
}

inline double rademacher(const Stream& stream, Purpose purpose, std::uint64_t sample, std::uint32_t n) {
  return word(stream, purpose, sample, n / 2, static_cast<int>(n % 2)) >> 63 == 0 ? 1.0 : -1.0;
}

inline double student_t(const Stream& stream, Purpose purpose, std::uint64_t sample, std::uint32_t n, double degrees_of_freedom) {
  const double u = 1.0 - std::ldexp(static_cast<double>(word(stream, purpose, sample, n, 0) >> 12), -52);
  const double turn = std::ldexp(static_cast<double>(word(stream, purpose, sample, n, 1) >> 12), -52) - 0.5;
  const double excess = std::expm1(-2.0 / degrees_of_freedom * std::log(u));
  return std::sqrt((degrees_of_freedom - 2.0) * excess) * std::cos(2.0 * std::numbers::pi * turn);
}

}  // namespace nnft::test
