#pragma once
/// @file The kernels of moment_kernels.hpp as templates over the instruction set, compiled once per path.

#include <cstddef>

#include "nnft/random/variates.hpp"
#include "nnft/sampling/moment_kernels.hpp"
#include "random/vector_math.hpp"

namespace nnft::simd {

/// Eight running sums, whatever the width of a register.
template <class Arch>
struct EightSums {
  using D = Doubles<Arch>;
  static constexpr std::size_t registers = 8 / D::size;

  D part[registers];

  EightSums() {
    for (D& p : part) p = D(0.0);
  }
  double total() const {
    alignas(64) double x[8];
    for (std::size_t r = 0; r < registers; ++r) part[r].store_aligned(x + r * D::size);
    return ((x[0] + x[4]) + (x[2] + x[6])) + ((x[1] + x[5]) + (x[3] + x[7]));
  }
};

template <class Arch>
void pair_products(int sites, const double* fields, double* pairs, int stride) {
  using D = Doubles<Arch>;
  for (int i = 0; i < sites; ++i)
    for (int j = i; j < sites; ++j, pairs += stride)
      for (int lane = 0; lane < batch_samples; lane += static_cast<int>(D::size))
        (D::load_unaligned(fields + i * batch_samples + lane) * D::load_unaligned(fields + j * batch_samples + lane))
            .store_unaligned(pairs + lane);
}

template <class Arch>
void kernel_deviations(int pairs, const double* kernels, double scale, const double* reference, double* deviations, int stride) {
  using D = Doubles<Arch>;
  for (int pair = 0; pair < pairs; ++pair)
    for (int lane = 0; lane < batch_samples; lane += static_cast<int>(D::size))
      (D::load_unaligned(kernels + pair * batch_samples + lane) * D(scale) - D(reference[pair]))
          .store_unaligned(deviations + pair * stride + lane);
}

template <class Arch>
void add_row_sums(const MonomialRows& m, double* sums) {
  using E = EightSums<Arch>;
  for (int row = 0; row < m.rows; ++row) {
    const double* x = m.values + row * m.stride;
    E sum;
    for (int s = 0; s < m.samples; s += 8)
      for (std::size_t r = 0; r < E::registers; ++r) sum.part[r] += Doubles<Arch>::load_unaligned(x + s + r * E::D::size);
    sums[row] += sum.total();
  }
}

template <class Arch, std::size_t rows, std::size_t columns>
inline void add_product_block(const MonomialRows& m, double* products, int a0, int b0) {
  using E = EightSums<Arch>;
  using D = Doubles<Arch>;
  E sum[rows][columns];
  const double* left_rows = m.values + a0 * m.stride;
  const double* right_rows = m.values + b0 * m.stride;
  const auto stride = static_cast<std::size_t>(m.stride);
  for (std::size_t s = 0; s < static_cast<std::size_t>(m.samples); s += 8)
    for (std::size_t r = 0; r < E::registers; ++r) {
      const std::size_t at = s + r * D::size;
      D left[rows];
      for (std::size_t a = 0; a < rows; ++a) left[a] = D::load_unaligned(left_rows + a * stride + at);
      for (std::size_t b = 0; b < columns; ++b) {
        const D right = D::load_unaligned(right_rows + b * stride + at);
        for (std::size_t a = 0; a < rows; ++a) sum[a][b].part[r] = fma<Arch>(left[a], right, sum[a][b].part[r]);
      }
    }
  for (std::size_t a = 0; a < rows; ++a)
    for (std::size_t b = 0; b < columns; ++b) {
      const int row = a0 + static_cast<int>(a), column = b0 + static_cast<int>(b);
      if (row <= column) products[row * m.rows + column] += sum[a][b].total();
    }
}

template <class Arch, std::size_t rows>
inline void add_product_rows(const MonomialRows& m, double* products, int a0) {
  int b = a0;
  for (; b + 3 <= m.rows; b += 3) add_product_block<Arch, rows, 3>(m, products, a0, b);
  for (; b < m.rows; ++b) add_product_block<Arch, rows, 1>(m, products, a0, b);
}

template <class Arch>
void add_row_products(const MonomialRows& m, double* products) {
  int a = 0;
  for (; a + 2 <= m.rows; a += 2) add_product_rows<Arch, 2>(m, products, a);
  if (a < m.rows) add_product_rows<Arch, 1>(m, products, a);
}

template <class Arch>
inline constexpr MomentKernels moment_kernels_of = {&pair_products<Arch>, &kernel_deviations<Arch>, &add_row_sums<Arch>,
                                                    &add_row_products<Arch>};

}  // namespace nnft::simd
