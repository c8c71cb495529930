#pragma once
/// @file An ensemble of networks: batches of fields φ(x), or of their covariances given the hidden layer.

#include <cstdint>
#include <memory>

#include "nnft/core/aligned_buffer.hpp"
#include "nnft/field/architecture.hpp"
#include "nnft/field/field_kernels.hpp"
#include "nnft/random/variates.hpp"

namespace nnft {

/// φ(x) = Σ_i a_i h_i(x) with N neurons and a_i ~ N(0, σ_a²/N), at fixed sites. Sample k is a pure function of (architecture,
/// sites, width, σ_a, seed, k): the same on any rank, in any batch. Owns its workspace; not thread-safe.
class FieldEnsemble {
 public:
  /// @throws UsageError unless sigma_out is positive and finite; what Architecture::sampler throws.
  FieldEnsemble(const Architecture& architecture, const SiteSet& sites, const Stream& stream, double sigma_out, SimdPath path);

  int sites() const noexcept { return sites_; }
  int pairs() const noexcept { return sites_ * (sites_ + 1) / 2; }
  std::uint32_t width() const noexcept { return width_; }

  /// fields[site][sample] of batch_samples networks from first_sample on.
  void fields(std::uint64_t first_sample, double* fields);
  /// sums[pair][sample] = Σ_i h_i(x)h_i(y) for pairs x <= y in packed order; times kernel_scale() it is the covariance of φ given
  /// the hidden layer (Rao–Blackwell).
  void feature_products(std::uint64_t first_sample, double* sums);
  double kernel_offset() const noexcept { return 0.0; }
  /// σ_a²/N.
  double kernel_scale() const noexcept { return sigma_out_ * sigma_out_ / width_; }

 private:
  template <class Work>
  void for_each_tile(std::uint64_t first_sample, Work work);

  int sites_;
  std::uint32_t width_;
  double sigma_out_;
  Stream stream_;
  const VariateKernels& variates_;
  const FieldKernels& kernels_;
  std::unique_ptr<FeatureSampler> sampler_;
  AlignedBuffer features_;
  AlignedBuffer output_;
};

}  // namespace nnft
