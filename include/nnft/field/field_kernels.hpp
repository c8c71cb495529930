#pragma once
/// @file Vector kernels of network layers for one instruction set. All arrays are structure-of-arrays with the batch_samples
/// samples innermost; a tile is a few neurons that are worked on while they are in cache.

#include "nnft/core/simd_path.hpp"
#include "nnft/field/activation.hpp"

namespace nnft {

/// Extents of a tile of neurons.
struct TileShape {
  int neurons;
  int sites;
  int input_dim;
};

/// What a tile of the first layer makes of the sites.
struct AffineMap {
  const double* weights;           ///< [neuron][component][sample]
  const double* sites;             ///< [site][component]
  const double* biases = nullptr;  ///< [neuron][sample] or none
  double bias_scale = 0.0;
  const double* offsets = nullptr;  ///< [site] or none
};

/// What makes pre-activations of a layer above the first: correlated normal numbers.
struct CorrelatedNormals {
  const double* normals;           ///< [neuron][site][sample]
  const double* factor;            ///< [site][earlier site, itself included][sample], lower triangle packed by rows
  const double* biases = nullptr;  ///< [neuron][sample] or none
  double bias_scale = 0.0;
};

/// Where waves are evaluated, in units that make weight·x a number of turns.
struct WaveSites {
  const double* sites;  ///< [site][component]
  const double* axis;   ///< of the grid that the first sites are, last component fastest; null if there is none
  int axis_size;        ///< nodes in each direction
  int grid_size;        ///< axis_size^input_dim, or 0
  double* scratch;      ///< 2 · (input_dim · axis_size + grid_size / axis_size) rows of a batch
};

struct FieldKernels {
  /// Features cos(2π(phase + Σ_j weight_j·x_j)), on a grid from sines and cosines of each direction.
  /// weights[neuron][component][sample], phases[neuron][sample] in turns; out features[neuron][site][sample].
  /// |phase + Σ weight·x| < 2^51.
  void (*cosines)(const TileShape&, const WaveSites&, const double* weights, const double* phases, double* features);
  /// fields[site][sample] += Σ_neurons output[neuron][sample] · features[neuron][site][sample], neurons in order.
  void (*add_fields)(const TileShape&, const double* output, const double* features, double* fields);
  /// kernels[pair][sample] += Σ_neurons features[neuron][i][sample] · features[neuron][j][sample] for pairs i <= j in packed
  /// order, neurons in order.
  void (*add_kernels)(const TileShape&, const double* features, double* kernels);
  /// out[neuron][site][sample] = offset + bias_scale·bias + Σ_j weight_j·x_j, summed in this order.
  void (*affine)(const TileShape&, const AffineMap&, double* out);
  /// out[neuron][site][sample] = bias_scale·bias + Σ_k factor[site][k]·normals[neuron][k], k <= site, summed in this order.
  void (*correlate)(const TileShape&, const CorrelatedNormals&, double* out);
  /// values[neuron][site][sample] = scale·values + shift_scale·shifts[neuron][sample]; shifts may be null.
  void (*scale_and_shift)(const TileShape&, double scale, double shift_scale, const double* shifts, double* values);
  /// values[neuron][site][sample] *= factors[neuron][sample].
  void (*multiply)(const TileShape&, const double* factors, double* values);
  /// σ of `count` values in place, count a multiple of batch_samples. Errors are below 4 ulp or 4e-16, whichever is more; tanh,
  /// erf and sin keep relative accuracy near 0. sin and cos: |z| <= 1e9, error below 2e-16 (1 + |z|).
  void (*activate)(Activation, int count, double* values);
  /// e^z of `count` values in place, count a multiple of batch_samples; below 2 ulp.
  void (*exponentials)(int count, double* values);
  /// values^exponent of `count` values in place, 2^(−1022) <= value <= 1, |exponent| <= ½; below 8 ulp for values above 1e-8.
  void (*powers)(int count, double exponent, double* values);
  /// Distances from the origin, in radii, of points uniform in the ball of R^input_dim, input_dim = 1, 2, 3: |2u₀|, √(u₀ + ½),
  /// max(u₀, u₁, u₂) + ½. uniforms[neuron][ball_uniforms(input_dim)][sample] in [−1/2, 1/2); out[neuron][sample].
  void (*ball_distances)(const TileShape&, const double* uniforms, double* distances);
  /// Points at the given distances: the sign is u₀'s; the angle u₁ turns; the cosine of the polar angle 2u₃, the azimuth u₄
  /// turns. out points[neuron][component][sample].
  void (*ball_points)(const TileShape&, const double* uniforms, const double* distances, double* points);
};

/// Uniform variates that a point of the ball of R^input_dim takes.
constexpr int ball_uniforms(int input_dim) noexcept { return input_dim == 3 ? 5 : input_dim; }

/// @throws UsageError if this build or processor lacks the path.
const FieldKernels& field_kernels(SimdPath path);

}  // namespace nnft
