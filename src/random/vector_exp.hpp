#pragma once
/// @file Exponentials on vector registers. Included by kernel files only. As in vector_math.hpp every operation is an IEEE one
/// per lane. Coefficients: interpolation at Chebyshev nodes in 50 digits, rounded to double.

#include <array>
#include <cstddef>
#include <cstdint>

#include "random/vector_math.hpp"

namespace nnft::simd {

/// Σ_n coefficients[n] xⁿ by Horner's rule.
template <class Arch, std::size_t terms>
inline Doubles<Arch> polynomial(const std::array<double, terms>& coefficients, Doubles<Arch> x) {
  Doubles<Arch> sum(coefficients[terms - 1]);
  for (std::size_t n = terms - 1; n-- > 0;) sum = fma<Arch>(sum, x, Doubles<Arch>(coefficients[n]));
  return sum;
}

/// x + 1.5 · 2^52 for |x| < 2^31: the last bits hold the nearest integer k, which the next two functions take out.
template <class Arch>
inline Doubles<Arch> hold_integer(Doubles<Arch> x) {
  return x + Doubles<Arch>(6755399441055744.0);
}

/// k as a number.
template <class Arch>
inline Doubles<Arch> held_integer(Doubles<Arch> held) {
  return held - Doubles<Arch>(6755399441055744.0);
}

/// 2^k for −1022 <= k <= 1023.
template <class Arch>
inline Doubles<Arch> held_power_of_two(Doubles<Arch> held) {
  return as_doubles<Arch>((as_words<Arch>(held) << 52) + Words<Arch>(0x3ff0000000000000ull));
}

/// (2^f − 1)/f for |f| <= 1/2; relative error below 5.2e-17 before rounding.
inline constexpr std::array<double, 11> exp2m1_over_f = {0x1.62e42fefa39efp-1,  0x1.ebfbdff82c598p-3,  0x1.c6b08d704a0c2p-5,
                                                         0x1.3b2ab6fba1ddap-7,  0x1.5d87fe78a5276p-10, 0x1.430913096fd9fp-13,
                                                         0x1.ffcbfc670dcd4p-17, 0x1.62bfd47773353p-20, 0x1.b524fae627834p-24,
                                                         0x1.e6063f7217bc6p-28, 0x1.e9d3fe3952179p-32};

/// 2^(−y) = scale + scale·rest, 0 <= y <= 1021; the rounding of y costs y·2^(−y) of its relative error.
template <class Arch>
struct Decay {
  Doubles<Arch> scale;
  Doubles<Arch> rest;
  Doubles<Arch> value() const { return fma<Arch>(scale, rest, scale); }
  /// 2^(−y) − 1, accurate relative to itself.
  Doubles<Arch> minus_one() const { return fma<Arch>(scale, rest, scale - Doubles<Arch>(1.0)); }
};

template <class Arch>
inline Decay<Arch> decay(Doubles<Arch> y) {
  const Doubles<Arch> held = hold_integer<Arch>(-y);
  const Doubles<Arch> f = -y - held_integer<Arch>(held);
  return {held_power_of_two<Arch>(held), f * polynomial<Arch>(exp2m1_over_f, f)};
}

/// e^x = 2^k (1 + rest) for |x| < 2^20, by Cody and Waite's reduction.
template <class Arch>
struct ReducedExp {
  Doubles<Arch> held;  ///< k, as hold_integer has it
  Doubles<Arch> rest;
};

template <class Arch>
inline ReducedExp<Arch> reduced_exp(Doubles<Arch> x) {
  using D = Doubles<Arch>;
  // (e^r − 1 − r)/r² for |r| <= ½ ln 2; error below 4.1e-17 of e^r − 1.
  constexpr std::array<double, 10> series = {
      0x1.0000000000001p-1,  0x1.5555555555556p-3,  0x1.5555555553d63p-5,  0x1.11111111109b3p-7,  0x1.6c16c1788bd90p-10,
      0x1.a01a01a7c41d5p-13, 0x1.a019b90d2ae7ap-16, 0x1.71de0dae63bb3p-19, 0x1.289185613a3d6p-22, 0x1.af38a9b0ec855p-26};
  const D held = hold_integer<Arch>(x * D(0x1.71547652b82fep+0));
  const D k = held_integer<Arch>(held);
  const D high = x - k * D(0x1.62e42fee00000p-1);  // 32 bits of ln 2: exact
  const D low = k * D(0x1.a39ef35793c76p-33);
  const D r = high - low;
  const D lost = (high - r) - low;
  return {held, r + fma<Arch>(r * r, polynomial<Arch>(series, r), lost)};
}

/// e^x for every x; below 1 ulp. Overflows to ∞, underflows through subnormal numbers to 0.
template <class Arch>
inline Doubles<Arch> exp(Doubles<Arch> x) {
  using D = Doubles<Arch>;
  const ReducedExp<Arch> e = reduced_exp<Arch>(xsimd::min(xsimd::max(x, D(-746.0)), D(710.0)));
  // Two steps, because 2^k with −1077 <= k <= 1025 is no double.
  const D k = held_integer<Arch>(e.held);
  const D half = hold_integer<Arch>(k * D(0.5));
  const D other = hold_integer<Arch>(k - held_integer<Arch>(half));
  return (D(1.0) + e.rest) * held_power_of_two<Arch>(half) * held_power_of_two<Arch>(other);
}

/// e^x − 1 for |x| <= 700; below 2 ulp.
template <class Arch>
inline Doubles<Arch> expm1(Doubles<Arch> x) {
  const ReducedExp<Arch> e = reduced_exp<Arch>(x);
  const Doubles<Arch> scale = held_power_of_two<Arch>(e.held);
  return fma<Arch>(scale, e.rest, scale - Doubles<Arch>(1.0));
}

}  // namespace nnft::simd
