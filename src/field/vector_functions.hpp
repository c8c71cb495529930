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

/// sin r for |r| <= π/2; error of the polynomial (interpolation of (sin r − r)/r³ at Chebyshev nodes of r²) below 3.8e-17 of
/// itself.
template <class Arch>
inline Doubles<Arch> sin_half_turn(Doubles<Arch> r) {
  constexpr std::array<double, 8> series = {-0x1.5555555555555p-3,  0x1.1111111111107p-7,   -0x1.a01a01a018a8cp-13,
                                            0x1.71de3a54550e7p-19,  -0x1.ae6455a0f523dp-26, 0x1.612401122d89fp-33,
                                            -0x1.ae512165ca336p-41, 0x1.89a19d400e252p-49};
  const Doubles<Arch> z = r * r;
  return fma<Arch>(r * z, polynomial<Arch>(series, z), r);
}

/// sin(x − shift·π) for shift 0 or −1/2; |x| <= 1e9. Beyond, accuracy is lost, but not the range.
template <class Arch>
inline Doubles<Arch> shifted_sin(Doubles<Arch> x, double shift) {
  using D = Doubles<Arch>;
  const D to_integer(6755399441055744.0);  // 1.5 · 2^52
  const D shifted = fma<Arch>(x, D(0x1.45f306dc9c883p-2), D(-shift)) + to_integer;
  const D turns = (to_integer - shifted) - D(shift);  // minus the half turns to take off
  // π in parts of 23 bits: their products with up to 30 bits are exact.
  D r = fma<Arch>(turns, D(0x1.921fb40000000p+1), x);
  r = fma<Arch>(turns, D(0x1.4442d00000000p-23), r);
  r = fma<Arch>(turns, D(0x1.8469898cc5170p-47), r);
  const D sine = sin_half_turn<Arch>(xsimd::min(xsimd::max(r, D(-1.5708)), D(1.5708)));
  return as_doubles<Arch>(as_words<Arch>(sine) ^ (as_words<Arch>(shifted) << 63));
}

template <class Arch>
inline Doubles<Arch> sin(Doubles<Arch> x) {
  const Doubles<Arch> sine = shifted_sin<Arch>(x, 0.0);
  return xsimd::select(x == Doubles<Arch>(0.0), x, sine);  // keeps the sign of 0
}

template <class Arch>
inline Doubles<Arch> cos(Doubles<Arch> x) {
  return shifted_sin<Arch>(x, -0.5);
}

template <class Arch>
inline Doubles<Arch> relu(Doubles<Arch> z) {
  return xsimd::max(z, Doubles<Arch>(0.0));
}

}  // namespace nnft::simd
