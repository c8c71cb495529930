#pragma once
/// @file An ensemble of fields at fixed sites: batches of φ(x), or of their covariances given the hidden layer.

#include <cstdint>
#include <vector>

#include "nnft/field/architecture.hpp"
#include "nnft/random/variates.hpp"

namespace nnft {

/// Sample k is a pure function of (what defines the ensemble, seed, k): the same on any rank, in any batch. Owns its workspace;
/// not thread-safe.
class FieldEnsemble {
 public:
  virtual ~FieldEnsemble() = default;

  int sites() const noexcept { return sites_; }
  int pairs() const noexcept { return sites_ * (sites_ + 1) / 2; }

  /// fields[site][sample] of batch_samples samples from first_sample on.
  virtual void fields(std::uint64_t first_sample, double* fields) = 0;
  /// sums[pair][sample] for pairs x <= y in packed order; kernel_scale()·sums + kernel_offset() is the covariance of φ given the
  /// hidden layer (Rao–Blackwell), of which φ is Gaussian only if output weights and bias are.
  virtual void feature_products(std::uint64_t first_sample, double* sums) = 0;
  virtual double kernel_scale() const noexcept = 0;
  virtual double kernel_offset() const noexcept = 0;
  /// Every random parameter of network `sample`, as it enters φ; none for a Gaussian process.
  virtual std::vector<ParameterArray> parameters(std::uint64_t sample) = 0;

 protected:
  explicit FieldEnsemble(int sites) noexcept : sites_(sites) {}

 private:
  int sites_;
};

}  // namespace nnft
