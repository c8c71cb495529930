#pragma once
/// @file Slices of an ensemble turned into sums of monomials.

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "nnft/core/aligned_buffer.hpp"
#include "nnft/core/types.hpp"
#include "nnft/field/field_ensemble.hpp"
#include "nnft/sampling/moment_kernels.hpp"
#include "nnft/stats/estimator_kind.hpp"
#include "nnft/stats/moment_layout.hpp"

namespace nnft {

/// Samples of the pilot that sets the reference kernel of an ensemble.
inline constexpr int pilot_samples = 256;

/// Mean conditional covariance over the reserved pilot samples, packed pairs; a pure function of the ensemble.
Vector pilot_kernel(FieldEnsemble& ensemble);

/// Adds up the monomials of samples in a fixed order. Owns its workspace; nothing is allocated per slice; not thread-safe.
class MomentSampler {
 public:
  /// @param reference_kernel K₀, shape (pairs); must be zero for the plain estimator.
  /// @throws ShapeError if shapes do not fit or an order above 4 is asked for.
  MomentSampler(std::unique_ptr<FieldEnsemble> ensemble, EstimatorKind estimator, const MomentLayout& layout,
                Vector reference_kernel, SimdPath path);

  /// sums[layout position] += Σ over samples first_sample … first_sample + count − 1 of the monomial: φ_iφ_j…, or δK_ij and
  /// δK_ijδK_kl + δK_ikδK_jl + δK_ilδK_jk with δK = K − K₀.
  void add_slice(std::uint64_t first_sample, int count, std::span<double> sums);

 private:
  void fill_pairs(std::uint64_t first_sample, int count);
  void add_quads(std::span<double> quads) const;

  std::unique_ptr<FieldEnsemble> ensemble_;
  EstimatorKind estimator_;
  const MomentKernels& kernels_;
  Vector reference_kernel_;
  int pairs_;
  bool fourth_order_;
  int quad_offset_ = 0;
  int chunk_;                     ///< samples whose monomials are held at a time
  AlignedBuffer batch_;           ///< fields or feature products of one batch
  AlignedBuffer monomials_;       ///< (pairs, chunk)
  AlignedBuffer products_;        ///< (pairs, pairs), upper triangle
  std::vector<int> quad_places_;  ///< (quads, terms): entries of products_ whose sum is a quad
  int terms_per_quad_;
};

}  // namespace nnft
