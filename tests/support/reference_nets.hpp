#pragma once
/// @file Networks computed one at a time from reference_draws.hpp and the C library.

#include <cmath>
#include <cstdint>
#include <numbers>
#include <vector>

#include "nnft/core/types.hpp"
#include "nnft/field/architectures/mlp.hpp"
#include "nnft/field/parameter_density.hpp"
#include "support/reference_draws.hpp"

namespace nnft::test {

/// Variate n of a density.
inline double variate(const ParameterDensity& density, const Stream& stream, Purpose purpose, std::uint64_t sample,
                      std::uint32_t n) {
  switch (density.shape) {
    case DensityShape::normal:
      return normal(stream, purpose, sample, n);
    case DensityShape::uniform:
      return unit_uniform(stream, purpose, sample, n);
    case DensityShape::laplace:
      return laplace(stream, purpose, sample, n);
    case DensityShape::student_t:
      return student_t(stream, purpose, sample, n, density.degrees_of_freedom);
    case DensityShape::rademacher:
      break;
  }
  return rademacher(stream, purpose, sample, n);
}

/// The last hidden layer of an mlp at every site, shape (width, sites). x has shape (sites, input dimension).
inline RowMatrix mlp_features(const MlpSpec& spec, const Stream& stream, std::uint64_t sample, const RowMatrix& x) {
  RowMatrix below = x.transpose();
  for (int layer = 0; layer < spec.depth; ++layer) {
    const Eigen::Index width = spec.width(layer, stream.width()), inputs = below.rows();
    const Purpose weight = layer == 0 ? Purpose::input_weight : hidden_weight(layer);
    const Purpose bias = layer == 0 ? Purpose::bias : hidden_bias(layer);
    RowMatrix pre = RowMatrix::Zero(width, x.rows());
    for (Eigen::Index i = 0; i < width; ++i) {
      for (Eigen::Index j = 0; j < inputs; ++j)
        pre.row(i) += spec.sigma_weight / std::sqrt(static_cast<double>(inputs)) * below.row(j) *
                      variate(spec.density, stream, weight, sample, static_cast<std::uint32_t>(i * inputs + j));
      if (spec.sigma_bias > 0.0)
        pre.row(i).array() += spec.sigma_bias * variate(spec.density, stream, bias, sample, static_cast<std::uint32_t>(i));
    }
    below = pre.unaryExpr([&](double z) { return activate(spec.activation, z); });
  }
  return below;
}

}  // namespace nnft::test
