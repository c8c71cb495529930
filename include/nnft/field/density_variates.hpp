#pragma once
/// @file Batches of independent variates of a ParameterDensity.

#include "nnft/field/parameter_density.hpp"
#include "nnft/random/variates.hpp"

namespace nnft {

/// @throws UsageError if the density has no second moment.
void require_variance(const ParameterDensity& density);

/// The variates of one ensemble, of mean 0 and variance 1.
class DensityVariates {
 public:
  /// @throws UsageError as require_variance does, or if the processor lacks `path`.
  DensityVariates(const ParameterDensity& density, const Stream& stream, SimdPath path);

  /// out[variate][sample], shape (count rounded up to even, batch_samples); request.first_variate even.
  void operator()(const VariateRequest& request, double* out) const;

 private:
  ParameterDensity density_;
  Stream stream_;
  const VariateKernels* kernels_;
};

}  // namespace nnft
