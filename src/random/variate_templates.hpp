#pragma once
/// @file The kernels of variates.hpp as templates over the instruction set, compiled once per path.

#include "nnft/random/variates.hpp"
#include "random/vector_exp.hpp"
#include "random/vector_philox.hpp"

namespace nnft::simd {

/// A double in [1, 2) from the upper 52 bits of each word.
template <class Arch>
inline Doubles<Arch> one_to_two(Words<Arch> word) {
  return as_doubles<Arch>((word >> 12) | Words<Arch>(0x3ff0000000000000ull));
}

/// Draws first … first + count − 1.
struct DrawRange {
  std::uint32_t first;
  int count;
};

/// Calls emit(number in range, lane, first word, second word) for every draw and every register of the batch.
template <class Arch, class Emit>
inline void for_each_draw(const Stream& stream, const VariateRequest& request, const DrawRange& range, Emit emit) {
  constexpr int lanes = static_cast<int>(Doubles<Arch>::size);
  for (int lane = 0; lane < batch_samples; lane += 2 * lanes) {
    const auto at = [&](int l) {
      const std::uint64_t sample = request.first_sample + static_cast<std::uint64_t>(l) * stream.stride();
      return VectorPhilox<Arch>(stream.key(), stream.tag(request.purpose), sample, stream.stride());
    };
    const VectorPhilox<Arch> left = at(lane), right = at(lane + lanes);
    for (int k = 0; k < range.count; ++k) {
      const std::uint32_t draw = range.first + static_cast<std::uint32_t>(k);
      const auto a = left(draw);
      const auto b = right(draw);
      emit(k, lane, a.first, a.second);
      emit(k, lane + lanes, b.first, b.second);
    }
  }
}

/// The draws of variates that come in pairs.
inline DrawRange paired_draws(const VariateRequest& request) { return {request.first_variate / 2, (request.count + 1) / 2}; }

/// 1 − u for u in [0, 1) with 52 random bits.
template <class Arch>
inline Doubles<Arch> positive_unit(Words<Arch> word) {
  return Doubles<Arch>(2.0) - one_to_two<Arch>(word);
}

template <class Arch>
void normals(const Stream& stream, const VariateRequest& request, double* out) {
  using D = Doubles<Arch>;
  for_each_draw<Arch>(stream, request, paired_draws(request), [out](int k, int lane, Words<Arch> first, Words<Arch> second) {
    const D radius = xsimd::sqrt(D(-2.0) * log_unit<Arch>(positive_unit<Arch>(first)));
    const D turn = one_to_two<Arch>(second) - D(1.5);
    double* place = out + 2 * k * batch_samples + lane;
    (radius * cos_turn<Arch>(turn)).store_unaligned(place);
    (radius * sin_turn<Arch>(turn)).store_unaligned(place + batch_samples);
  });
}

/// One variate per word.
template <class Arch, class Map>
inline void for_each_word(const Stream& stream, const VariateRequest& request, double* out, Map map) {
  for_each_draw<Arch>(stream, request, paired_draws(request), [=](int k, int lane, Words<Arch> first, Words<Arch> second) {
    double* place = out + 2 * k * batch_samples + lane;
    map(first).store_unaligned(place);
    map(second).store_unaligned(place + batch_samples);
  });
}

template <class Arch>
void uniforms(const Stream& stream, const VariateRequest& request, double* out) {
  using D = Doubles<Arch>;
  for_each_word<Arch>(stream, request, out, [](Words<Arch> word) { return one_to_two<Arch>(word) - D(1.5); });
}

template <class Arch>
void unit_uniforms(const Stream& stream, const VariateRequest& request, double* out) {
  using D = Doubles<Arch>;
  constexpr double root_12 = 0x1.bb67ae8584caap+1;
  for_each_word<Arch>(stream, request, out, [](Words<Arch> word) { return D(root_12) * (one_to_two<Arch>(word) - D(1.5)); });
}

template <class Arch>
void laplaces(const Stream& stream, const VariateRequest& request, double* out) {
  using D = Doubles<Arch>;
  constexpr double root_half = 0x1.6a09e667f3bcdp-1;
  for_each_word<Arch>(stream, request, out, [](Words<Arch> word) {
    const D value = D(root_half) * log_unit<Arch>(positive_unit<Arch>(word));
    return as_doubles<Arch>(as_words<Arch>(value) ^ (word << 63));
  });
}

template <class Arch>
void rademachers(const Stream& stream, const VariateRequest& request, double* out) {
  using W = Words<Arch>;
  for_each_word<Arch>(stream, request, out,
                      [](W word) { return as_doubles<Arch>((word & W(0x8000000000000000ull)) | W(0x3ff0000000000000ull)); });
}

template <class Arch>
void student_ts(const Stream& stream, const VariateRequest& request, double degrees_of_freedom, double* out) {
  using D = Doubles<Arch>;
  const D exponent(-2.0 / degrees_of_freedom), scale(degrees_of_freedom - 2.0);
  const DrawRange draws{request.first_variate, (request.count + 1) / 2 * 2};
  for_each_draw<Arch>(stream, request, draws, [=](int k, int lane, Words<Arch> first, Words<Arch> second) {
    const D excess = expm1<Arch>(exponent * log_unit<Arch>(positive_unit<Arch>(first)));
    const D turn = one_to_two<Arch>(second) - D(1.5);
    (xsimd::sqrt(scale * excess) * cos_turn<Arch>(turn)).store_unaligned(out + k * batch_samples + lane);
  });
}

template <class Arch>
inline constexpr VariateKernels variate_kernels_of = {&normals<Arch>,  &uniforms<Arch>,    &unit_uniforms<Arch>,
                                                      &laplaces<Arch>, &rademachers<Arch>, &student_ts<Arch>};

}  // namespace nnft::simd
