#pragma once
/// @file Maps that turn the standard weights of a free network into those of a deformed one.

#include <cstdint>
#include <memory>

#include "nnft/field/deformation.hpp"

namespace nnft {

/// Maps the weights of a batch of networks, tile by tile. Arrays [neuron][component][sample], batch_samples samples innermost, in
/// units of the free standard deviation √s. How the neurons are cut into tiles does not change a bit of the result.
class WeightMap {
 public:
  virtual ~WeightMap() = default;

  /// Whether all neurons must pass through survey() before the first goes through map(); not at strength 0, where the map is the
  /// identity to the bit.
  virtual bool needs_survey() const noexcept = 0;
  /// A new batch of networks.
  virtual void start() noexcept = 0;
  /// First pass: the next `count` neurons, starting from the first.
  virtual void survey(int count, const double* z) noexcept = 0;
  /// Second pass over the same neurons; w may be z.
  virtual void map(int count, const double* z, double* w) noexcept = 0;
};

/// @param variance s of a free weight. @throws UsageError for a strength at which the deformed density cannot be normalised, and
/// for shared-scale, which leaves the weights alone.
std::unique_ptr<WeightMap> weight_map(const Deformation& deformation, double variance, std::uint32_t neurons, int input_dim);

}  // namespace nnft
