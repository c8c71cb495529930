#pragma once
/// @file Rows of batch_samples numbers, one for each chain of a batch, on vector registers. Included by kernel files only.

#include <cstddef>

#include "nnft/random/variates.hpp"
#include "random/vector_math.hpp"

namespace nnft::simd {

template <class Arch>
inline constexpr int lanes_of = static_cast<int>(Doubles<Arch>::size);

/// What stands at a row and a lane.
template <class Arch>
inline Doubles<Arch> at(const double* values, int row, int lane) {
  return Doubles<Arch>::load_unaligned(values + static_cast<std::ptrdiff_t>(row) * batch_samples + lane);
}

template <class Arch>
inline void put(double* values, int row, int lane, Doubles<Arch> x) {
  x.store_unaligned(values + static_cast<std::ptrdiff_t>(row) * batch_samples + lane);
}

/// `rows` rows of multiply(), and two registers of chains, with all their sums in registers.
template <class Arch, int rows>
inline void multiply_block(int columns, const double* matrix, const double* values, double* out) {
  using D = Doubles<Arch>;
  constexpr int lanes = lanes_of<Arch>;
  D left[static_cast<std::size_t>(rows)], right[static_cast<std::size_t>(rows)];
  for (int r = 0; r < rows; ++r) left[r] = right[r] = D(0.0);
  for (int k = 0; k < columns; ++k) {
    const D x = at<Arch>(values, k, 0), y = at<Arch>(values, k, lanes);
    for (int r = 0; r < rows; ++r) {
      const D m(matrix[static_cast<std::ptrdiff_t>(r) * columns + k]);
      left[r] = fma<Arch>(m, x, left[r]);
      right[r] = fma<Arch>(m, y, right[r]);
    }
  }
  for (int r = 0; r < rows; ++r) {
    put<Arch>(out, r, 0, left[r]);
    put<Arch>(out, r, lanes, right[r]);
  }
}

/// Sums over columns in order, four rows at a time: one sum would wait for itself.
template <class Arch>
void multiply(int rows, int columns, const double* matrix, const double* values, double* out) {
  for (int lane = 0; lane < batch_samples; lane += 2 * lanes_of<Arch>) {
    int row = 0;
    const auto here = [&](int r) { return matrix + static_cast<std::ptrdiff_t>(r) * columns; };
    const auto there = [&](int r) { return out + static_cast<std::ptrdiff_t>(r) * batch_samples + lane; };
    for (; row + 4 <= rows; row += 4) multiply_block<Arch, 4>(columns, here(row), values + lane, there(row));
    for (; row < rows; ++row) multiply_block<Arch, 1>(columns, here(row), values + lane, there(row));
  }
}

/// out[row] = a[row] cos 2πt + b[row] sin 2πt, |t| <= ½; out may be a or b.
template <class Arch>
void rotate(int rows, const double* turns, const double* a, const double* b, double* out) {
  using D = Doubles<Arch>;
  for (int lane = 0; lane < batch_samples; lane += lanes_of<Arch>) {
    const D t = at<Arch>(turns, 0, lane), cosine = cos_turn<Arch>(t), sine = sin_turn<Arch>(t);
    for (int r = 0; r < rows; ++r) put<Arch>(out, r, lane, fma<Arch>(cosine, at<Arch>(a, r, lane), sine * at<Arch>(b, r, lane)));
  }
}

}  // namespace nnft::simd
