#pragma once
/// @file The first-layer weights of batches of networks, drawn once and deformed for every copy.

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "nnft/core/aligned_buffer.hpp"
#include "nnft/field/deformation.hpp"
#include "nnft/field/deformations/weight_map.hpp"
#include "nnft/field/deformations/weight_potential.hpp"
#include "nnft/random/variates.hpp"

namespace nnft {

/// The weights of the first layer: N neurons with d inputs, of variance s each.
struct InputShape {
  std::uint32_t neurons;
  int input_dim;
  double variance;
};

/// Weights are in units of their standard deviation √s throughout. A network's weights are a pure function of its draw, whatever
/// the tiles they are asked for in. Owns its workspace; nothing is allocated after construction. Not thread-safe.
class InputWeights {
 public:
  /// Fills out[variate][sample] with the free weights a request asks for.
  using Draw = std::function<void(const VariateRequest&, double* out)>;

  /// @param tile the most neurons that draw() is asked for, even.
  /// @throws UsageError if a strength is impossible.
  InputWeights(const WeightDeformations& deformations, InputShape shape, Draw draw, int tile);

  int copies() const noexcept { return static_cast<int>(maps_.size()); }
  int potentials() const noexcept { return potentials_; }

  /// Turns to the networks first_sample … first_sample + batch_samples − 1.
  void start(std::uint64_t first_sample);
  /// Draws the weights of neurons first_neuron … first_neuron + count − 1; from neuron 0 on, tile by tile in order, first_neuron
  /// even.
  void draw(std::uint32_t first_neuron, int count);
  /// weights[neuron][component][sample] of the tile drawn last, deformed for a copy; valid until the next call. To be called once
  /// for each copy of each tile.
  const double* weights(int copy);
  /// values[copy][potential][sample], when all tiles have been asked for.
  void potential_values(double* values) const;

  /// All N·d weights of the first network of the batch, times `scale`, for the first copy. Starts the batch anew.
  std::vector<double> of_first_network(double scale);

 private:
  void request(std::uint32_t first_neuron, int count, double* out) const;

  InputShape shape_;
  Draw draw_;
  int tile_;
  int potentials_;
  bool surveyed_;  ///< whether a map must see all weights before it maps the first
  bool kept_;      ///< whether they are few enough to be drawn once for both passes
  std::vector<std::unique_ptr<WeightMap>> maps_;
  std::vector<std::unique_ptr<WeightPotential>> measured_;  ///< [copy][potential]
  AlignedBuffer free_{0};                                   ///< a tile, or all weights if they are kept
  AlignedBuffer mapped_{0};                                 ///< a tile
  std::uint64_t first_sample_ = 0;
  std::uint32_t first_neuron_ = 0;
  int count_ = 0;
};

}  // namespace nnft
