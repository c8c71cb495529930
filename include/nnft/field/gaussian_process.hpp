#pragma once
/// @file The Gaussian process that networks of infinite width are.

#include <cstdint>
#include <vector>

#include "nnft/core/aligned_buffer.hpp"
#include "nnft/core/types.hpp"
#include "nnft/field/field_ensemble.hpp"
#include "nnft/field/field_kernels.hpp"
#include "nnft/random/variates.hpp"

namespace nnft {

/// Eigenvalues of a covariance matrix below this part of the largest count as 0: smooth kernels are singular in double precision.
inline constexpr double smallest_relative_eigenvalue = 1e-14;

/// A of shape (sites, rank) with AAᵀ = covariance up to eigenvalues that count as 0; columns by falling eigenvalue.
/// @throws ShapeError if the matrix is not square or empty; UsageError if it is not symmetric to 1e-12 of its largest entry, not
/// finite, or has an eigenvalue below −1e-10 of the largest.
RowMatrix covariance_factor(const RowMatrix& covariance);

/// φ = Aξ with ξ ~ N(0, 1), which copies share, and A = covariance_factor(covariance). feature_products() is the covariance
/// itself, for every sample.
class GaussianProcess final : public FieldEnsemble {
 public:
  /// @param covariances of each copy, shape (sites, sites). @param stream Stream::process(seed). @throws as covariance_factor
  /// does.
  GaussianProcess(std::vector<RowMatrix> covariances, const Stream& stream, SimdPath path);
  GaussianProcess(const RowMatrix& covariance, const Stream& stream, SimdPath path)
      : GaussianProcess(std::vector<RowMatrix>{covariance}, stream, path) {}

  /// Of the first copy.
  int rank() const noexcept { return static_cast<int>(factors_.front().cols()); }

  void fields(std::uint64_t first_sample, double* fields) override;
  void feature_products(std::uint64_t first_sample, double* sums) override;
  void potential_values(double*) const override {}
  double kernel_scale() const noexcept override { return 1.0; }
  double kernel_offset() const noexcept override { return 0.0; }
  std::vector<ParameterArray> parameters(std::uint64_t sample) override;

 private:
  std::vector<RowMatrix> covariances_;
  std::vector<RowMatrix> factors_;
  Stream stream_;
  const VariateKernels& variates_;
  const FieldKernels& kernels_;
  AlignedBuffer normals_;
};

}  // namespace nnft
