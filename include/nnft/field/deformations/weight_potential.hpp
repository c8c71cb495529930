#pragma once
/// @file V of the deformations of weights, whose correlations with the field are its derivatives by the strength.

#include <cstdint>
#include <memory>

#include "nnft/field/deformation.hpp"

namespace nnft {

/// Adds up V of a batch of networks, tile by tile. Arrays as those of WeightMap.
class WeightPotential {
 public:
  virtual ~WeightPotential() = default;

  /// A new batch of networks.
  virtual void start() noexcept = 0;
  /// The next `count` neurons.
  virtual void add(int count, const double* w) noexcept = 0;
  /// V of each sample, batch_samples of them, after the last neuron.
  virtual void values(double* v) const noexcept = 0;
};

/// @param variance s of a free weight. @throws UsageError for shared-scale, which has no V.
std::unique_ptr<WeightPotential> weight_potential(DeformationKind kind, double variance, std::uint32_t neurons, int input_dim);

}  // namespace nnft
