#pragma once
/// @file The kernels of field_kernels.hpp as templates over the instruction set, compiled once per path.

#include <cstddef>

#include "field/layer_templates.hpp"
#include "nnft/field/field_kernels.hpp"
#include "nnft/random/variates.hpp"
#include "random/vector_math.hpp"

namespace nnft::simd {

/// The features of one neuron on a grid: cosines and sines of each direction, then cos(a + b) = cos a cos b − sin a sin b.
template <class Arch>
inline void grid_cosines(const WaveSites& where, int dimension, const double* weights, const double* phase, double* features) {
  using D = Doubles<Arch>;
  const int axis = where.axis_size;
  const auto row = [&](int k) { return static_cast<std::ptrdiff_t>(k) * batch_samples; };
  double* const partial = where.scratch + row(2 * dimension * axis);  // cosines and sines over the directions so far
  for (int lane = 0; lane < batch_samples; lane += static_cast<int>(D::size)) {
    for (int j = 0; j < dimension; ++j) {
      const D w = D::load_unaligned(weights + row(j) + lane), start = j == 0 ? D::load_unaligned(phase + lane) : D(0.0);
      for (int k = 0; k < axis; ++k) {
        const D turn = fractional_turn<Arch>(fma<Arch>(w, D(where.axis[k]), start));
        cos_turn<Arch>(turn).store_unaligned(where.scratch + row(2 * (j * axis + k)) + lane);
        sin_turn<Arch>(turn).store_unaligned(where.scratch + row(2 * (j * axis + k) + 1) + lane);
      }
    }
    int size = axis;
    const double* before = where.scratch;
    for (int j = 1; j < dimension; ++j) {
      const double* const next = where.scratch + row(2 * j * axis);
      const bool last = j == dimension - 1;
      // From the end, so that `partial` can be read while it is overwritten.
      for (int a = size - 1; a >= 0; --a) {
        const D c = D::load_unaligned(before + row(2 * a) + lane), s = D::load_unaligned(before + row(2 * a + 1) + lane);
        for (int b = axis - 1; b >= 0; --b) {
          const D cos_b = D::load_unaligned(next + row(2 * b) + lane), sin_b = D::load_unaligned(next + row(2 * b + 1) + lane);
          const D cosine = fma<Arch>(c, cos_b, -(s * sin_b));
          if (last) {
            cosine.store_unaligned(features + row(a * axis + b) + lane);
          } else {
            cosine.store_unaligned(partial + row(2 * (a * axis + b)) + lane);
            fma<Arch>(s, cos_b, c * sin_b).store_unaligned(partial + row(2 * (a * axis + b) + 1) + lane);
          }
        }
      }
      before = partial;
      size *= axis;
    }
  }
}

template <class Arch>
void cosines(const TileShape& tile, const WaveSites& where, const double* weights, const double* phases, double* features) {
  using D = Doubles<Arch>;
  constexpr int lanes = static_cast<int>(D::size);
  const int d = tile.input_dim;
  for (int neuron = 0; neuron < tile.neurons; ++neuron) {
    const double* w = weights + neuron * d * batch_samples;
    const double* b = phases + neuron * batch_samples;
    double* h = features + static_cast<std::ptrdiff_t>(neuron) * tile.sites * batch_samples;
    if (where.grid_size > 0) grid_cosines<Arch>(where, d, w, b, h);
    for (int site = where.grid_size; site < tile.sites; ++site) {
      const double* x = where.sites + site * d;
      for (int lane = 0; lane < batch_samples; lane += 2 * lanes) {
        D left = D::load_unaligned(b + lane);
        D right = D::load_unaligned(b + lane + lanes);
        for (int j = 0; j < d; ++j) {
          left = fma<Arch>(D::load_unaligned(w + j * batch_samples + lane), D(x[j]), left);
          right = fma<Arch>(D::load_unaligned(w + j * batch_samples + lane + lanes), D(x[j]), right);
        }
        cos_turn<Arch>(fractional_turn<Arch>(left)).store_unaligned(h + site * batch_samples + lane);
        cos_turn<Arch>(fractional_turn<Arch>(right)).store_unaligned(h + site * batch_samples + lane + lanes);
      }
    }
  }
}

/// Sites site … site + columns − 1 with their sums in registers.
template <class Arch, std::size_t columns>
inline void add_field_block(const TileShape& tile, const double* output, const double* features, double* fields, int site) {
  using D = Doubles<Arch>;
  constexpr int lanes = static_cast<int>(D::size);
  for (int lane = 0; lane < batch_samples; lane += lanes) {
    double* phi = fields + site * batch_samples + lane;
    D sum[columns];
    for (std::size_t c = 0; c < columns; ++c) sum[c] = D::load_unaligned(phi + c * batch_samples);
    for (int neuron = 0; neuron < tile.neurons; ++neuron) {
      const double* h = features + (neuron * tile.sites + site) * batch_samples + lane;
      const D a = D::load_unaligned(output + neuron * batch_samples + lane);
      for (std::size_t c = 0; c < columns; ++c) sum[c] = fma<Arch>(a, D::load_unaligned(h + c * batch_samples), sum[c]);
    }
    for (std::size_t c = 0; c < columns; ++c) sum[c].store_unaligned(phi + c * batch_samples);
  }
}

template <class Arch>
void add_fields(const TileShape& tile, const double* output, const double* features, double* fields) {
  int site = 0;
  for (; site + 4 <= tile.sites; site += 4) add_field_block<Arch, 4>(tile, output, features, fields, site);
  switch (tile.sites - site) {
    case 3:
      return add_field_block<Arch, 3>(tile, output, features, fields, site);
    case 2:
      return add_field_block<Arch, 2>(tile, output, features, fields, site);
    case 1:
      return add_field_block<Arch, 1>(tile, output, features, fields, site);
  }
}

/// Pairs (i, i … i+2) × (j, j … j+2) with all their sums in registers; `rows` and `columns` say how many exist.
template <class Arch, std::size_t rows, std::size_t columns>
inline void add_kernel_block(const TileShape& tile, const double* features, double* kernels, int i0, int j0) {
  using D = Doubles<Arch>;
  constexpr int lanes = static_cast<int>(D::size);
  const auto packed = [&](std::size_t r, std::size_t c) {
    const int i = i0 + static_cast<int>(r), j = j0 + static_cast<int>(c);
    return (i * tile.sites - i * (i - 1) / 2 + (j - i)) * batch_samples;
  };
  const auto exists = [&](std::size_t r, std::size_t c) { return i0 + static_cast<int>(r) <= j0 + static_cast<int>(c); };
  for (int lane = 0; lane < batch_samples; lane += lanes) {
    D sum[rows][columns];
    for (std::size_t r = 0; r < rows; ++r)
      for (std::size_t c = 0; c < columns; ++c)
        sum[r][c] = exists(r, c) ? D::load_unaligned(kernels + packed(r, c) + lane) : D(0.0);
    for (int neuron = 0; neuron < tile.neurons; ++neuron) {
      const double* h = features + neuron * tile.sites * batch_samples + lane;
      D right[columns];
      for (std::size_t c = 0; c < columns; ++c) right[c] = D::load_unaligned(h + (j0 + static_cast<int>(c)) * batch_samples);
      for (std::size_t r = 0; r < rows; ++r) {
        const D left = D::load_unaligned(h + (i0 + static_cast<int>(r)) * batch_samples);
        for (std::size_t c = 0; c < columns; ++c) sum[r][c] = fma<Arch>(left, right[c], sum[r][c]);
      }
    }
    for (std::size_t r = 0; r < rows; ++r)
      for (std::size_t c = 0; c < columns; ++c)
        if (exists(r, c)) sum[r][c].store_unaligned(kernels + packed(r, c) + lane);
  }
}

template <class Arch, std::size_t rows>
inline void add_kernel_rows(const TileShape& tile, const double* features, double* kernels, int i0) {
  int j = i0;
  for (; j + 4 <= tile.sites; j += 4) add_kernel_block<Arch, rows, 4>(tile, features, kernels, i0, j);
  switch (tile.sites - j) {
    case 3:
      return add_kernel_block<Arch, rows, 3>(tile, features, kernels, i0, j);
    case 2:
      return add_kernel_block<Arch, rows, 2>(tile, features, kernels, i0, j);
    case 1:
      return add_kernel_block<Arch, rows, 1>(tile, features, kernels, i0, j);
  }
}

template <class Arch>
void add_kernels(const TileShape& tile, const double* features, double* kernels) {
  int i = 0;
  for (; i + 2 <= tile.sites; i += 2) add_kernel_rows<Arch, 2>(tile, features, kernels, i);
  if (i < tile.sites) add_kernel_rows<Arch, 1>(tile, features, kernels, i);
}

template <class Arch>
inline constexpr FieldKernels field_kernels_of = {
    &cosines<Arch>,  &add_fields<Arch>, &add_kernels<Arch>,  &affine<Arch>, &correlate<Arch>,      &scale_and_shift<Arch>,
    &multiply<Arch>, &activate<Arch>,   &exponentials<Arch>, &powers<Arch>, &ball_distances<Arch>, &ball_points<Arch>};

}  // namespace nnft::simd
