#pragma once
/// @file Vector kernels of one-hidden-layer fields for one instruction set. All arrays are structure-of-arrays with the
/// batch_samples samples innermost; a tile is a few neurons that are worked on while they are in cache.

#include "nnft/core/simd_path.hpp"

namespace nnft {

/// Extents of a tile of neurons.
struct TileShape {
  int neurons;
  int sites;
  int input_dim;
};

struct FieldKernels {
  /// Features cos(2π(phase + Σ_j weight_j·x_j)).
  /// weights[neuron][component][sample], phases[neuron][sample] in turns, sites[site][component] in units that make weight·x
  /// a number of turns; out features[neuron][site][sample]. |phase + Σ weight·x| < 2^51.
  void (*cosines)(const TileShape&, const double* weights, const double* phases, const double* sites, double* features);
  /// fields[site][sample] += Σ_neurons output[neuron][sample] · features[neuron][site][sample], neurons in order.
  void (*add_fields)(const TileShape&, const double* output, const double* features, double* fields);
  /// kernels[pair][sample] += Σ_neurons features[neuron][i][sample] · features[neuron][j][sample] for pairs i <= j in packed
  /// order, neurons in order.
  void (*add_kernels)(const TileShape&, const double* features, double* kernels);
};

/// @throws UsageError if this build or processor lacks the path.
const FieldKernels& field_kernels(SimdPath path);

}  // namespace nnft
