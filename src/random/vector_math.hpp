#pragma once
/// @file Elementary functions on vector registers with the range that the samplers need. Included by kernel files only.
///
/// Every operation is an IEEE one per lane, so paths that have fused multiply-add agree to the last bit.

#include <cstdint>
#include <type_traits>
#include <xsimd/xsimd.hpp>

namespace nnft::simd {

template <class Arch>
using Doubles = xsimd::batch<double, Arch>;
template <class Arch>
using Words = xsimd::batch<std::uint64_t, Arch>;

template <class Arch>
inline Doubles<Arch> as_doubles(Words<Arch> w) {
  return xsimd::bitwise_cast<Doubles<Arch>>(w);
}
template <class Arch>
inline Words<Arch> as_words(Doubles<Arch> d) {
  return xsimd::bitwise_cast<Words<Arch>>(d);
}

/// a·b + c, rounded once where the instruction set can: xsimd 8 rounds twice with AVX-512, and then its bits are not those of
/// AVX2.
template <class Arch>
inline Doubles<Arch> fma(Doubles<Arch> a, Doubles<Arch> b, Doubles<Arch> c) {
#if defined(__AVX512F__)
  if constexpr (std::is_base_of_v<xsimd::avx512f, Arch>) return _mm512_fmadd_pd(a, b, c);
#endif
  return xsimd::fma(a, b, c);
}

/// x − nearest integer to x, in [−1/2, 1/2], for |x| < 2^51.
template <class Arch>
inline Doubles<Arch> fractional_turn(Doubles<Arch> x) {
  const Doubles<Arch> shift(6755399441055744.0);  // 1.5 · 2^52
  return x - ((x + shift) - shift);
}

/// sin(2πq) for |q| <= 1/4; relative error below 1 ulp + 4e-19 (interpolation at Chebyshev nodes of sin(2πq)/q in q²).
template <class Arch>
inline Doubles<Arch> sin_quarter_turn(Doubles<Arch> q) {
  using D = Doubles<Arch>;
  const D z = q * q;
  D p(0x1.9d462020fcc78p-4);
  p = fma<Arch>(p, z, D(-0x1.6f7acdb8f6580p-1));
  p = fma<Arch>(p, z, D(0x1.e8f3675ee37ddp+1));
  p = fma<Arch>(p, z, D(-0x1.e3074dfaf87afp+3));
  p = fma<Arch>(p, z, D(0x1.5078348551854p+5));
  p = fma<Arch>(p, z, D(-0x1.32d2cce627c86p+6));
  p = fma<Arch>(p, z, D(0x1.466bc6775aa7dp+6));
  p = fma<Arch>(p, z, D(-0x1.4abbce625be52p+5));
  p = fma<Arch>(p, z, D(0x1.921fb54442d18p+2));
  return p * q;
}

/// cos(2πt) for |t| <= 1/2.
template <class Arch>
inline Doubles<Arch> cos_turn(Doubles<Arch> t) {
  return sin_quarter_turn<Arch>(Doubles<Arch>(0.25) - xsimd::abs(t));
}

/// sin(2πt) for |t| <= 1/2.
template <class Arch>
inline Doubles<Arch> sin_turn(Doubles<Arch> t) {
  const Doubles<Arch> quarter(0.25);
  const Words<Arch> sign = as_words<Arch>(t) & Words<Arch>(0x8000000000000000ull);
  const Doubles<Arch> folded = quarter - xsimd::abs(quarter - xsimd::abs(t));
  return sin_quarter_turn<Arch>(as_doubles<Arch>(as_words<Arch>(folded) ^ sign));
}

/// ln(u) for 2^−1022 <= u <= 1; below 1 ulp. Reduction to [√½, √2) and the series in (m−1)/(m+1) with the minimax coefficients
/// published with FreeBSD's e_log.c.
template <class Arch>
inline Doubles<Arch> log_unit(Doubles<Arch> u) {
  using D = Doubles<Arch>;
  using W = Words<Arch>;
  const W shifted = as_words<Arch>(u) + W(0x00095f619980c433ull);  // bits of 1 minus bits of √½
  const W exponent = shifted & W(0xfff0000000000000ull);
  const D m = as_doubles<Arch>(as_words<Arch>(u) - exponent + W(0x3ff0000000000000ull));
  const D k = as_doubles<Arch>((exponent >> 52) | W(0x4330000000000000ull)) - D(4503599627371519.0);  // 2^52 + 1023
  const D f = m - D(1.0);
  const D s = f / (D(2.0) + f);
  const D z = s * s;
  D r(1.479819860511658591e-01);
  r = fma<Arch>(r, z, D(1.531383769920937332e-01));
  r = fma<Arch>(r, z, D(1.818357216161805012e-01));
  r = fma<Arch>(r, z, D(2.222219843214978396e-01));
  r = fma<Arch>(r, z, D(2.857142874366239149e-01));
  r = fma<Arch>(r, z, D(3.999999999940941908e-01));
  r = fma<Arch>(r, z, D(6.666666666666735130e-01));
  const D half_square = D(0.5) * f * f;
  const D tail = fma<Arch>(s, fma<Arch>(r, z, half_square), k * D(1.90821492927058770002e-10));
  return fma<Arch>(k, D(6.93147180369123816490e-01), f - (half_square - tail));
}

}  // namespace nnft::simd
