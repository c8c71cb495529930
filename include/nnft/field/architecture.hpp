#pragma once
/// @file What a network architecture must provide: the features h_i(x) of its last hidden layer, batch by batch.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "nnft/core/simd_path.hpp"
#include "nnft/field/deformation.hpp"
#include "nnft/field/site_set.hpp"
#include "nnft/random/stream.hpp"

namespace nnft {

/// Random parameters of one network, for people and tests: values row-major, as they enter the formula of the architecture.
struct ParameterArray {
  std::string name;  ///< input_weight, bias, phase, momentum, hidden_weight1, hidden_bias1, …
  std::vector<std::uint64_t> shape;
  std::vector<double> values;
};

/// Draws the hidden parameters of batches of networks and evaluates h_i(x_p), the features that the output weights combine into
/// φ(x) = Σ_i a_i h_i(x). Owns its workspace: nothing is allocated after construction. Not thread-safe.
class FeatureSampler {
 public:
  virtual ~FeatureSampler() = default;
  /// Turns to the networks first_sample … first_sample + batch_samples − 1.
  virtual void start(std::uint64_t first_sample) = 0;
  /// Draws neurons first_neuron … first_neuron + count − 1; from neuron 0 on, tile by tile in order, first_neuron even,
  /// count <= tile().
  virtual void draw(std::uint32_t first_neuron, int count) = 0;
  /// features[neuron][site][sample] of the neurons drawn last. To be called once for each copy, in order.
  virtual void features(int copy, double* features) = 0;
  /// values[copy][potential][sample] of the V that are measured, when all features of the batch have been asked for.
  virtual void potentials(double* values) const = 0;
  /// All hidden parameters of the first network of the batch, in the first copy. The batch must be started anew afterwards.
  virtual std::vector<ParameterArray> parameters() = 0;
  /// The number of neurons to ask for at a time (even), chosen for the cache.
  virtual int tile() const noexcept = 0;
};

/// A network architecture with the density of its hidden parameters.
class Architecture {
 public:
  virtual ~Architecture() = default;
  virtual std::string_view name() const noexcept = 0;
  /// A sampler of this architecture with `stream`'s width at `sites`, of one copy for each deformation.
  /// @throws UsageError if sites and architecture do not fit, the processor lacks `path`, or the weights cannot be deformed.
  virtual std::unique_ptr<FeatureSampler> sampler(const SiteSet& sites, const Stream& stream, SimdPath path,
                                                  const WeightDeformations& deformations) const = 0;
  /// The same without deformations.
  std::unique_ptr<FeatureSampler> sampler(const SiteSet& sites, const Stream& stream, SimdPath path) const {
    return sampler(sites, stream, path, WeightDeformations());
  }
};

}  // namespace nnft
