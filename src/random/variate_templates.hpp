#pragma once
/// @file The kernels of variates.hpp as templates over the instruction set, compiled once per path.

#include "nnft/random/variates.hpp"
#include "random/vector_philox.hpp"

namespace nnft::simd {

/// A double in [1, 2) from the upper 52 bits of each word.
template <class Arch>
inline Doubles<Arch> one_to_two(Words<Arch> word) {
  return as_doubles<Arch>((word >> 12) | Words<Arch>(0x3ff0000000000000ull));
}

/// Calls emit(row, lane, first word, second word) for every draw of the request and every register of the batch.
template <class Arch, class Emit>
inline void for_each_draw(const Stream& stream, const VariateRequest& request, Emit emit) {
  constexpr int lanes = static_cast<int>(Doubles<Arch>::size);
  const int draws = (request.count + 1) / 2;
  const std::uint32_t first_draw = request.first_variate / 2;
  for (int lane = 0; lane < batch_samples; lane += 2 * lanes) {
    const auto at = [&](int l) {
      return VectorPhilox<Arch>(stream.key(), stream.tag(request.purpose), request.first_sample + static_cast<std::uint64_t>(l));
    };
    const VectorPhilox<Arch> left = at(lane), right = at(lane + lanes);
    for (int k = 0; k < draws; ++k) {
      const std::uint32_t draw = first_draw + static_cast<std::uint32_t>(k);
      const auto a = left(draw);
      const auto b = right(draw);
      emit(2 * k, lane, a.first, a.second);
      emit(2 * k, lane + lanes, b.first, b.second);
    }
  }
}

template <class Arch>
void normals(const Stream& stream, const VariateRequest& request, double* out) {
  using D = Doubles<Arch>;
  for_each_draw<Arch>(stream, request, [out](int row, int lane, Words<Arch> first, Words<Arch> second) {
    const D radius = xsimd::sqrt(D(-2.0) * log_unit<Arch>(D(2.0) - one_to_two<Arch>(first)));
    const D turn = one_to_two<Arch>(second) - D(1.5);
    (radius * cos_turn<Arch>(turn)).store_unaligned(out + row * batch_samples + lane);
    (radius * sin_turn<Arch>(turn)).store_unaligned(out + (row + 1) * batch_samples + lane);
  });
}

template <class Arch>
void uniforms(const Stream& stream, const VariateRequest& request, double* out) {
  using D = Doubles<Arch>;
  for_each_draw<Arch>(stream, request, [out](int row, int lane, Words<Arch> first, Words<Arch> second) {
    (one_to_two<Arch>(first) - D(1.5)).store_unaligned(out + row * batch_samples + lane);
    (one_to_two<Arch>(second) - D(1.5)).store_unaligned(out + (row + 1) * batch_samples + lane);
  });
}

template <class Arch>
inline constexpr VariateKernels variate_kernels_of = {&normals<Arch>, &uniforms<Arch>};

}  // namespace nnft::simd
