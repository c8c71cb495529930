#pragma once
/// @file Philox4x32-10 for several samples at once, one per 64-bit lane. Included by kernel files only.

#include <array>
#include <cstdint>
#include <type_traits>

#include "nnft/random/philox.hpp"
#include "random/vector_math.hpp"

namespace nnft::simd {

/// Products of the low 32 bits of each lane; upper bits of the arguments are ignored.
template <class Arch>
inline Words<Arch> multiply_low_halves(Words<Arch> a, Words<Arch> b) {
#if defined(__AVX512F__)
  if constexpr (std::is_base_of_v<xsimd::avx512f, Arch>) return _mm512_mul_epu32(a, b);
#endif
#if defined(__AVX2__)
  if constexpr (std::is_base_of_v<xsimd::avx2, Arch>) return _mm256_mul_epu32(a, b);
#endif
#if defined(__SSE2__)
  if constexpr (std::is_same_v<xsimd::sse2, Arch>) return _mm_mul_epu32(a, b);
#endif
  const Words<Arch> low(0xffffffffull);
  return (a & low) * (b & low);
}

/// Philox of the counters (draw, tag, sample) of one register of samples `stride` apart, for many draws. The first product of the
/// sample words is the same for every draw and is kept.
template <class Arch>
class VectorPhilox {
 public:
  VectorPhilox(PhiloxKey key, std::uint32_t tag, std::uint64_t first_sample, std::uint64_t stride) : key_(key) {
    alignas(64) std::array<std::uint64_t, Words<Arch>::size> low;
    alignas(64) std::array<std::uint64_t, Words<Arch>::size> high;
    for (std::size_t lane = 0; lane < low.size(); ++lane) {
      low[lane] = (first_sample + lane * stride) & 0xffffffffull;
      high[lane] = (first_sample + lane * stride) >> 32;
    }
    const Words<Arch> product = multiply_low_halves<Arch>(Words<Arch>::load_aligned(low.data()), constant(philox::multiplier_1));
    word_0_ = (product >> 32) ^ constant(tag ^ key[0]);
    word_1_ = product;
    word_2_ = Words<Arch>::load_aligned(high.data()) ^ constant(key[1]);
  }

  /// Two 64-bit words per lane; the scalar Philox's words are (low, high) of first, (low, high) of second.
  struct Pair {
    Words<Arch> first;
    Words<Arch> second;
  };

  Pair operator()(std::uint32_t draw) const {
    const std::uint64_t product = std::uint64_t{philox::multiplier_0} * draw;
    Words<Arch> c0 = word_0_;
    Words<Arch> c1 = word_1_;
    Words<Arch> c2 = word_2_ ^ constant(product >> 32);
    Words<Arch> c3 = constant(product & 0xffffffffull);
    PhiloxKey key = key_;
    for (int round = 1; round < philox::rounds; ++round) {
      key = {key[0] + philox::weyl_0, key[1] + philox::weyl_1};
      const Words<Arch> p0 = multiply_low_halves<Arch>(c0, constant(philox::multiplier_0));
      const Words<Arch> p1 = multiply_low_halves<Arch>(c2, constant(philox::multiplier_1));
      c0 = (p1 >> 32) ^ c1 ^ constant(key[0]);
      c1 = p1;
      c2 = (p0 >> 32) ^ c3 ^ constant(key[1]);
      c3 = p0;
    }
    const Words<Arch> low(0xffffffffull);
    return {(c0 & low) | (c1 << 32), (c2 & low) | (c3 << 32)};
  }

 private:
  static Words<Arch> constant(std::uint64_t value) { return Words<Arch>(value); }

  PhiloxKey key_;
  Words<Arch> word_0_;
  Words<Arch> word_1_;
  Words<Arch> word_2_;
};

}  // namespace nnft::simd
