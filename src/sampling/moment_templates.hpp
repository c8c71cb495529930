#pragma once
/// @file The kernels of moment_kernels.hpp as templates over the instruction set, compiled once per path.

#include <array>
#include <cstddef>

#include "nnft/random/variates.hpp"
#include "nnft/sampling/moment_kernels.hpp"
#include "random/vector_exp.hpp"
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
void linear_combination(int rows, const double* coefficients, const double* values, int stride, double* out) {
  using D = Doubles<Arch>;
  for (int lane = 0; lane < batch_samples; lane += static_cast<int>(D::size)) {
    D sum(0.0);
    for (int row = 0; row < rows; ++row)
      sum = fma<Arch>(D(coefficients[row]), D::load_unaligned(values + static_cast<std::ptrdiff_t>(row) * stride + lane), sum);
    sum.store_unaligned(out + lane);
  }
}

template <class Arch>
void exponentials(double* values) {
  using D = Doubles<Arch>;
  for (int lane = 0; lane < batch_samples; lane += static_cast<int>(D::size))
    exp<Arch>(D::load_unaligned(values + lane)).store_unaligned(values + lane);
}

template <class Arch>
void hyperbolic_cosines(double* values) {
  using D = Doubles<Arch>;
  for (int lane = 0; lane < batch_samples; lane += static_cast<int>(D::size)) {
    const D x = D::load_unaligned(values + lane);
    (D(0.5) * (exp<Arch>(x) + exp<Arch>(D(0.0) - x))).store_unaligned(values + lane);
  }
}

template <class Arch>
void row_of_products(const RowBlock& heads, const RowBlock& tails, const int* terms, int count, double* out) {
  using D = Doubles<Arch>;
  const auto row = [](const RowBlock& block, int r) { return block.values + static_cast<std::ptrdiff_t>(r) * block.stride; };
  for (int s = 0; s < heads.samples; s += static_cast<int>(D::size)) {
    D sum = D::load_unaligned(row(heads, terms[0]) + s) * D::load_unaligned(row(tails, terms[1]) + s);
    for (int k = 1; k < count; ++k)
      sum = fma<Arch>(D::load_unaligned(row(heads, terms[2 * k]) + s), D::load_unaligned(row(tails, terms[2 * k + 1]) + s), sum);
    sum.store_unaligned(out + s);
  }
}

template <class Arch>
void add_row_sums(const RowBlock& block, int rows, double* sums) {
  using E = EightSums<Arch>;
  for (int row = 0; row < rows; ++row) {
    const double* x = block.values + static_cast<std::ptrdiff_t>(row) * block.stride;
    E sum;
    for (int s = 0; s < block.samples; s += 8)
      for (std::size_t r = 0; r < E::registers; ++r)
        sum.part[r] += Doubles<Arch>::load_unaligned(x + s + static_cast<int>(r * E::D::size));
    sums[row] += sum.total();
  }
}

/// The highest power of x that is summed.
inline constexpr std::size_t most_powers = 8;

template <class Arch>
double add_power_sums(const double* x, int samples, int powers, double* sums, int step, double largest) {
  using E = EightSums<Arch>;
  using D = Doubles<Arch>;
  std::array<E, most_powers> sum;
  D most(largest);
  for (int s = 0; s < samples; s += 8)
    for (std::size_t r = 0; r < E::registers; ++r) {
      const D value = D::load_unaligned(x + s + static_cast<int>(r * D::size));
      most = xsimd::max(most, value);
      D power = value;
      for (int k = 0; k < powers; ++k) {
        sum[static_cast<std::size_t>(k)].part[r] += power;
        power = power * value;
      }
    }
  for (int k = 0; k < powers; ++k) sums[k * step] += sum[static_cast<std::size_t>(k)].total();
  alignas(64) double lanes[D::size];
  most.store_aligned(lanes);
  for (const double lane : lanes) largest = lane > largest ? lane : largest;
  return largest;
}

template <class Arch, std::size_t rows, std::size_t columns>
inline void add_product_block(const RowBlock& heads, const RowBlock& tails, int head, int tail, double* products, int step) {
  using E = EightSums<Arch>;
  using D = Doubles<Arch>;
  E sum[rows][columns];
  const double* left_rows = heads.values + static_cast<std::ptrdiff_t>(head) * heads.stride;
  const double* right_rows = tails.values + static_cast<std::ptrdiff_t>(tail) * tails.stride;
  const auto left_stride = static_cast<std::size_t>(heads.stride), right_stride = static_cast<std::size_t>(tails.stride);
  for (std::size_t s = 0; s < static_cast<std::size_t>(heads.samples); s += 8)
    for (std::size_t r = 0; r < E::registers; ++r) {
      const std::size_t at = s + r * D::size;
      D left[rows];
      for (std::size_t a = 0; a < rows; ++a) left[a] = D::load_unaligned(left_rows + a * left_stride + at);
      for (std::size_t b = 0; b < columns; ++b) {
        const D right = D::load_unaligned(right_rows + b * right_stride + at);
        for (std::size_t a = 0; a < rows; ++a) sum[a][b].part[r] = fma<Arch>(left[a], right, sum[a][b].part[r]);
      }
    }
  for (std::size_t a = 0; a < rows; ++a)
    for (std::size_t b = 0; b < columns; ++b) products[a * static_cast<std::size_t>(step) + b] += sum[a][b].total();
}

template <class Arch, std::size_t rows>
inline void add_product_rows(const RowBlock& heads, const RowBlock& tails, const ProductRectangle& r, int head,
                             double* products) {
  constexpr int columns = EightSums<Arch>::registers == 1 ? 4 : 3;
  int b = 0;
  for (; b + columns <= r.tails; b += columns)
    add_product_block<Arch, rows, static_cast<std::size_t>(columns)>(heads, tails, head, r.tail + b, products + b, r.tails);
  for (; b < r.tails; ++b) add_product_block<Arch, rows, 1>(heads, tails, head, r.tail + b, products + b, r.tails);
}

template <class Arch>
void add_products(const RowBlock& heads, const RowBlock& tails, const ProductRectangle& r, double* products) {
  double* out = products + r.place;
  int a = 0;
  if constexpr (EightSums<Arch>::registers == 1)
    for (; a + 4 <= r.heads; a += 4) add_product_rows<Arch, 4>(heads, tails, r, r.head + a, out + a * r.tails);
  for (; a + 2 <= r.heads; a += 2) add_product_rows<Arch, 2>(heads, tails, r, r.head + a, out + a * r.tails);
  for (; a < r.heads; ++a) add_product_rows<Arch, 1>(heads, tails, r, r.head + a, out + a * r.tails);
}

template <class Arch>
inline constexpr MomentKernels moment_kernels_of = {&pair_products<Arch>, &kernel_deviations<Arch>,  &linear_combination<Arch>,
                                                    &exponentials<Arch>,  &hyperbolic_cosines<Arch>, &row_of_products<Arch>,
                                                    &add_row_sums<Arch>,  &add_power_sums<Arch>,     &add_products<Arch>};

}  // namespace nnft::simd
