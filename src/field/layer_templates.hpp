#pragma once
/// @file The kernels of field_kernels.hpp that make features of network layers, as templates over the instruction set.

#include "field/vector_functions.hpp"
#include "nnft/field/field_kernels.hpp"
#include "nnft/random/variates.hpp"

namespace nnft::simd {

template <class Arch>
void affine(const TileShape& tile, const AffineMap& map, double* out) {
  using D = Doubles<Arch>;
  constexpr int lanes = static_cast<int>(D::size);
  const int d = tile.input_dim;
  const D bias_scale(map.bias_scale);
  for (int neuron = 0; neuron < tile.neurons; ++neuron)
    for (int lane = 0; lane < batch_samples; lane += lanes) {
      const double* w = map.weights + neuron * d * batch_samples + lane;
      const D bias = map.biases ? bias_scale * D::load_unaligned(map.biases + neuron * batch_samples + lane) : D(0.0);
      double* z = out + neuron * tile.sites * batch_samples + lane;
      for (int site = 0; site < tile.sites; ++site) {
        D sum = map.offsets ? D(map.offsets[site]) + bias : bias;
        for (int j = 0; j < d; ++j) sum = fma<Arch>(D::load_unaligned(w + j * batch_samples), D(map.sites[site * d + j]), sum);
        sum.store_unaligned(z + site * batch_samples);
      }
    }
}

template <class Arch>
void correlate(const TileShape& tile, const CorrelatedNormals& map, double* out) {
  using D = Doubles<Arch>;
  constexpr int lanes = static_cast<int>(D::size);
  const D bias_scale(map.bias_scale);
  for (int neuron = 0; neuron < tile.neurons; ++neuron)
    for (int lane = 0; lane < batch_samples; lane += lanes) {
      const double* z = map.normals + neuron * tile.sites * batch_samples + lane;
      const double* row = map.factor + lane;
      const D bias = map.biases ? bias_scale * D::load_unaligned(map.biases + neuron * batch_samples + lane) : D(0.0);
      double* x = out + neuron * tile.sites * batch_samples + lane;
      for (int site = 0; site < tile.sites; ++site) {
        D sum = bias;
        for (int k = 0; k <= site; ++k, row += batch_samples)
          sum = fma<Arch>(D::load_unaligned(row), D::load_unaligned(z + k * batch_samples), sum);
        sum.store_unaligned(x + site * batch_samples);
      }
    }
}

/// values[neuron][site][sample] = f(values, factors[neuron][sample]).
template <class Arch, class Function>
inline void combine_rows(const TileShape& tile, const double* factors, double* values, Function f) {
  using D = Doubles<Arch>;
  constexpr int lanes = static_cast<int>(D::size);
  for (int neuron = 0; neuron < tile.neurons; ++neuron)
    for (int lane = 0; lane < batch_samples; lane += lanes) {
      const D factor = factors ? D::load_unaligned(factors + neuron * batch_samples + lane) : D(0.0);
      double* v = values + neuron * tile.sites * batch_samples + lane;
      for (int site = 0; site < tile.sites; ++site, v += batch_samples) f(D::load_unaligned(v), factor).store_unaligned(v);
    }
}

template <class Arch>
void scale_and_shift(const TileShape& tile, double scale, double shift_scale, const double* shifts, double* values) {
  using D = Doubles<Arch>;
  combine_rows<Arch>(tile, shifts, values, [a = D(scale), b = D(shift_scale)](D v, D s) { return fma<Arch>(a, v, b * s); });
}

template <class Arch>
void multiply(const TileShape& tile, const double* factors, double* values) {
  using D = Doubles<Arch>;
  combine_rows<Arch>(tile, factors, values, [](D v, D s) { return v * s; });
}

template <class Arch, class Function>
inline void transform(int count, double* values, Function f) {
  using D = Doubles<Arch>;
  constexpr int lanes = static_cast<int>(D::size);
  for (int k = 0; k < count; k += 2 * lanes) {
    const D left = f(D::load_unaligned(values + k));
    const D right = f(D::load_unaligned(values + k + lanes));
    left.store_unaligned(values + k);
    right.store_unaligned(values + k + lanes);
  }
}

template <class Arch>
void activate(Activation activation, int count, double* values) {
  using D = Doubles<Arch>;
  switch (activation) {
    case Activation::tanh:
      return transform<Arch>(count, values, [](D z) { return tanh<Arch>(z); });
    case Activation::relu:
      return transform<Arch>(count, values, [](D z) { return relu<Arch>(z); });
    case Activation::erf:
      return transform<Arch>(count, values, [](D z) { return erf<Arch>(z); });
    case Activation::sigmoid:
      return transform<Arch>(count, values, [](D z) { return sigmoid<Arch>(z); });
    case Activation::sin:
      return transform<Arch>(count, values, [](D z) { return sin<Arch>(z); });
    case Activation::cos:
      return transform<Arch>(count, values, [](D z) { return cos<Arch>(z); });
    case Activation::gelu:
      return transform<Arch>(count, values, [](D z) { return gelu<Arch>(z); });
    case Activation::identity:
      return;
  }
}

template <class Arch>
void exponentials(int count, double* values) {
  transform<Arch>(count, values, [](Doubles<Arch> z) { return exp<Arch>(z); });
}

template <class Arch>
void powers(int count, double exponent, double* values) {
  using D = Doubles<Arch>;
  transform<Arch>(count, values, [e = D(exponent)](D x) { return exp<Arch>(e * log_unit<Arch>(x)); });
}

template <class Arch>
void ball_distances(const TileShape& tile, const double* uniforms, double* distances) {
  using D = Doubles<Arch>;
  constexpr int lanes = static_cast<int>(D::size);
  const int rows = ball_uniforms(tile.input_dim);
  for (int neuron = 0; neuron < tile.neurons; ++neuron)
    for (int lane = 0; lane < batch_samples; lane += lanes) {
      const auto u = [&](int row) { return D::load_unaligned(uniforms + (neuron * rows + row) * batch_samples + lane); };
      const D t = tile.input_dim == 1   ? xsimd::abs(u(0) + u(0))
                  : tile.input_dim == 2 ? xsimd::sqrt(u(0) + D(0.5))
                                        : xsimd::max(xsimd::max(u(0), u(1)), u(2)) + D(0.5);
      t.store_unaligned(distances + neuron * batch_samples + lane);
    }
}

template <class Arch>
void ball_points(const TileShape& tile, const double* uniforms, const double* distances, double* points) {
  using D = Doubles<Arch>;
  constexpr int lanes = static_cast<int>(D::size);
  const int d = tile.input_dim, rows = ball_uniforms(d);
  for (int neuron = 0; neuron < tile.neurons; ++neuron)
    for (int lane = 0; lane < batch_samples; lane += lanes) {
      const auto u = [&](int row) { return D::load_unaligned(uniforms + (neuron * rows + row) * batch_samples + lane); };
      const auto emit = [&](int component, D value) {
        value.store_unaligned(points + (neuron * d + component) * batch_samples + lane);
      };
      const D r = D::load_unaligned(distances + neuron * batch_samples + lane);
      if (d == 1) {
        emit(0, with_sign_of<Arch>(r, u(0)));
      } else if (d == 2) {
        emit(0, r * cos_turn<Arch>(u(1)));
        emit(1, r * sin_turn<Arch>(u(1)));
      } else {
        const D z = u(3) + u(3);
        const D across = r * xsimd::sqrt((D(1.0) - z) * (D(1.0) + z));
        emit(0, across * cos_turn<Arch>(u(4)));
        emit(1, across * sin_turn<Arch>(u(4)));
        emit(2, r * z);
      }
    }
}

}  // namespace nnft::simd
