#pragma once
/// @file An ensemble of fields at fixed sites: batches of φ(x), or of their covariances given the hidden layer.

#include <cstdint>
#include <vector>

#include "nnft/field/architecture.hpp"
#include "nnft/random/variates.hpp"

namespace nnft {

/// One ensemble, or several that share their draws: its copies, with different deformations of the first-layer weights. Sample k
/// is a pure function of (what defines the ensemble, seed, k): the same on any rank, in any batch. Owns its workspace; not
/// thread-safe.
class FieldEnsemble {
 public:
  virtual ~FieldEnsemble() = default;

  int sites() const noexcept { return sites_; }
  int pairs() const noexcept { return sites_ * (sites_ + 1) / 2; }
  int copies() const noexcept { return copies_; }
  /// V measured on every copy.
  int potentials() const noexcept { return potentials_; }

  /// fields[copy][site][sample] of batch_samples samples from first_sample on.
  virtual void fields(std::uint64_t first_sample, double* fields) = 0;
  /// sums[copy][pair][sample] for pairs x <= y in packed order; kernel_scale()·sums + kernel_offset() is the covariance of φ
  /// given the hidden layer (Rao–Blackwell), of which φ is Gaussian only if output weights and bias are.
  virtual void feature_products(std::uint64_t first_sample, double* sums) = 0;
  virtual double kernel_scale() const noexcept = 0;
  virtual double kernel_offset() const noexcept = 0;
  /// values[copy][potential][sample] of the batch that was asked for last.
  virtual void potential_values(double* values) const = 0;
  /// Every random parameter of network `sample`, as it enters the φ of the first copy; none for a Gaussian process.
  virtual std::vector<ParameterArray> parameters(std::uint64_t sample) = 0;

 protected:
  FieldEnsemble(int sites, int copies, int potentials) noexcept : sites_(sites), copies_(copies), potentials_(potentials) {}

 private:
  int sites_;
  int copies_;
  int potentials_;
};

}  // namespace nnft
