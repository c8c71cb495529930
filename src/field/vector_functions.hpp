#pragma once
/// @file Activation functions on vector registers. Included by kernel files only. Relative errors as measured by
/// activation_kernels_test.cpp; every function takes any argument but NaN.

#include <array>

#include "random/vector_exp.hpp"
#include "random/vector_math.hpp"

namespace nnft::simd {

inline constexpr std::uint64_t sign_bit = 0x8000000000000000ull;

/// |magnitude| with the sign of `sign`.
template <class Arch>
inline Doubles<Arch> with_sign_of(Doubles<Arch> magnitude, Doubles<Arch> sign) {
  return as_doubles<Arch>((as_words<Arch>(magnitude) & Words<Arch>(~sign_bit)) | (as_words<Arch>(sign) & Words<Arch>(sign_bit)));
}

/// Where 2^(−y) is no longer a normal number.
inline constexpr double largest_decay = 1021.0;

/// tanh z = (1 − e^(−2z))/(1 + e^(−2z)).
template <class Arch>
inline Doubles<Arch> tanh(Doubles<Arch> z) {
  using D = Doubles<Arch>;
  const D y = xsimd::min(xsimd::abs(z) * D(0x1.71547652b82fep+1), D(largest_decay));
  const D t = decay<Arch>(y).minus_one();
  return with_sign_of<Arch>(t / (D(2.0) + t), z);
}

/// 1/(1 + e^(−z)); not below 2^(−1021).
template <class Arch>
inline Doubles<Arch> sigmoid(Doubles<Arch> z) {
  using D = Doubles<Arch>;
  const D one(1.0);
  const D e = decay<Arch>(xsimd::min(xsimd::abs(z) * D(0x1.71547652b82fep+0), D(largest_decay))).value();
  return xsimd::select(z < D(0.0), e, one) / (one + e);
}

/// Where erfc is below 2^(−53).
inline constexpr double last_erfc = 5.95;

/// erfc a = 2^(−y), 0 <= a <= last_erfc. y/a is a rational function fitted in 60 digits (least squares with weights iterated
/// towards the least maximum) so that the error of erf a is below 1.6e-18 of itself before rounding; no coefficient is negative.
template <class Arch>
inline Decay<Arch> erfc_decay(Doubles<Arch> a) {
  constexpr std::array<double, 9> numerator = {0x1.a0be83d8d032dp+0, 0x1.d26e0407aeed1p+1, 0x1.eded54ee5f051p+1,
                                               0x1.3d55fe207b2aap+1, 0x1.0ad308a7daf64p+0, 0x1.283ea5cab9753p-2,
                                               0x1.9ebe9dadd4ef1p-5, 0x1.3f85e2beeb446p-8, 0x1.66a15ca2cd802p-13};
  constexpr std::array<double, 8> denominator = {0x1.0000000000000p+0, 0x1.ac9c160be694ap+0, 0x1.55b0ebea36337p+0,
                                                 0x1.44c95eba6ba54p-1, 0x1.83d2c4a7fc508p-3, 0x1.1ae37379d0704p-5,
                                                 0x1.baa21a3058bb4p-9, 0x1.f1414a9fd617dp-14};
  return decay<Arch>(a * polynomial<Arch>(numerator, a) / polynomial<Arch>(denominator, a));
}

template <class Arch>
inline Doubles<Arch> erf(Doubles<Arch> z) {
  const Doubles<Arch> a = xsimd::min(xsimd::abs(z), Doubles<Arch>(last_erfc));
  return with_sign_of<Arch>(erfc_decay<Arch>(a).minus_one(), z);
}

/// z Φ(z) = z erfc(−z/√2)/2.
template <class Arch>
inline Doubles<Arch> gelu(Doubles<Arch> z) {
  using D = Doubles<Arch>;
  const D a = xsimd::abs(z) * D(0x1.6a09e667f3bcdp-1);
  const D tail = D(0.5) * erfc_decay<Arch>(xsimd::min(a, D(last_erfc))).value();
  const D beyond = xsimd::select(a < D(last_erfc), tail, D(0.0));
  const D phi = xsimd::select(z < D(0.0), beyond, D(1.0) - beyond);
  return xsimd::max(z, D(-1e300)) * phi;
}

/// x/2π − nearest integer; absolute error below 1e-17 (1 + |x|) turns with fused multiply-add, 1.8e-17 (1 + |x|) without;
/// |x| <= 1e9. Beyond, accuracy is lost, but not the range.
template <class Arch>
inline Doubles<Arch> radians_to_turn(Doubles<Arch> x) {
  using D = Doubles<Arch>;
  const D high(0x1.45f306dc9c882p-3), low(0x1.4a7f09d5f47d5p-56);  // 1/2π
  const D shift(6755399441055744.0);
  const D whole = (x * high + shift) - shift;
  const D rest = fma<Arch>(x, low, fma<Arch>(x, high, -whole));
  return xsimd::min(xsimd::max(rest, D(-0.5)), D(0.5));
}

template <class Arch>
inline Doubles<Arch> sin(Doubles<Arch> x) {
  return sin_turn<Arch>(radians_to_turn<Arch>(x));
}

template <class Arch>
inline Doubles<Arch> cos(Doubles<Arch> x) {
  return cos_turn<Arch>(radians_to_turn<Arch>(x));
}

template <class Arch>
inline Doubles<Arch> relu(Doubles<Arch> z) {
  return xsimd::max(z, Doubles<Arch>(0.0));
}

}  // namespace nnft::simd
