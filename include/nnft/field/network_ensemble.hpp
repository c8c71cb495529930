#pragma once
/// @file The ensemble of networks of one architecture and width.

#include <cstdint>
#include <memory>
#include <vector>

#include "nnft/core/aligned_buffer.hpp"
#include "nnft/field/density_variates.hpp"
#include "nnft/field/field_ensemble.hpp"
#include "nnft/field/field_kernels.hpp"
#include "nnft/field/output_layer.hpp"

namespace nnft {

/// φ(x) = Σ_i a_i h_i(x) + a₀ with N neurons; copies share all but the first-layer weights. feature_products() are Σ_i
/// h_i(x)h_i(y).
class NetworkEnsemble final : public FieldEnsemble {
 public:
  /// @throws UsageError if a value of the output layer is impossible; what Architecture::sampler throws.
  NetworkEnsemble(const Architecture& architecture, const SiteSet& sites, const Stream& stream, const OutputLayer& output,
                  SimdPath path, const WeightDeformations& deformations = {});

  std::uint32_t width() const noexcept { return width_; }

  void fields(std::uint64_t first_sample, double* fields) override;
  void feature_products(std::uint64_t first_sample, double* sums) override;
  void potential_values(double* values) const override { sampler_->potentials(values); }
  /// σ_a²/N.
  double kernel_scale() const noexcept override { return layer_.sigma_out * layer_.sigma_out / width_; }
  /// σ_a0².
  double kernel_offset() const noexcept override { return layer_.sigma_out_bias * layer_.sigma_out_bias; }
  /// Those of the hidden layers, output_weight (N), and output_bias (1) unless σ_a0 = 0.
  std::vector<ParameterArray> parameters(std::uint64_t sample) override;

 private:
  /// draw(first neuron, tile) once for a tile, then work(copy, tile) with every copy's features in features_.
  template <class Draw, class Work>
  void for_each_tile(std::uint64_t first_sample, Draw draw, Work work);

  std::uint32_t width_;
  OutputLayer layer_;
  DensityVariates variates_;
  const FieldKernels& kernels_;
  std::unique_ptr<FeatureSampler> sampler_;
  AlignedBuffer features_;
  AlignedBuffer output_;
};

}  // namespace nnft
