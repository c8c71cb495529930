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
#include "nnft/sampling/product_plan.hpp"
#include "nnft/stats/estimator_kind.hpp"
#include "nnft/stats/sum_layout.hpp"

namespace nnft {

/// Samples of the pilot that sets the reference kernel of an ensemble.
inline constexpr int pilot_samples = 256;

/// Mean conditional covariance over the reserved pilot samples, packed pairs; a pure function of the ensemble.
Vector pilot_kernel(FieldEnsemble& ensemble);

/// What is added up.
struct Measurement {
  EstimatorKind estimator;
  SumLayout layout;
  RowMatrix sources;  ///< J, shape (sources, sites)
};

/// Adds up the monomials of samples in a fixed order. Owns its workspace; nothing is allocated per slice; not thread-safe.
class MomentSampler {
 public:
  /// @param reference_kernel K₀, shape (pairs); must be zero for the plain estimator.
  /// @throws ShapeError if shapes do not fit or an order above 8 is asked for.
  MomentSampler(std::unique_ptr<FieldEnsemble> ensemble, Measurement measurement, Vector reference_kernel, SimdPath path);

  /// Adds samples first_sample … first_sample + count − 1 to a row of the layout. Monomials are φ_iφ_j… (plain), or Wick sums of
  /// δK = K − K₀ such as δK_ijδK_kl + δK_ikδK_jl + δK_ilδK_jk (conditional); exponentials cosh J·φ, or e^{½JδKJ}.
  void add_slice(std::uint64_t first_sample, int count, std::span<double> sums);

  /// Bytes that a sampler of this layout works in, about.
  static double workspace_bytes(const SumLayout& layout, EstimatorKind estimator);

 private:
  /// Rows of monomials of one order, or of something else, in the buffer of all rows.
  double* rows(int first_row) noexcept { return rows_.data() + static_cast<std::ptrdiff_t>(first_row) * chunk_; }
  RowBlock block(int first_row, int samples) noexcept { return {rows(first_row), samples, chunk_}; }

  void check_shapes() const;
  void plan_products();
  void fill_batch(std::uint64_t sample, int at);
  void fill_sources(int at);
  void fill(std::uint64_t first_sample, int count, int padded);
  void add_rows(int samples, std::span<double> sums);

  /// What one order above 2 needs.
  struct OrderWork {
    int order;
    int tail_row;  ///< where the rows of order − 2 begin
    int row;       ///< where its own rows begin; −1 if no higher order needs them
    ProductPlan plan;
    std::vector<int> terms;  ///< (tuples, terms, 2) of its own rows
    AlignedBuffer products;
  };

  std::unique_ptr<FieldEnsemble> ensemble_;
  Measurement measurement_;
  const MomentKernels& kernels_;
  Vector reference_kernel_;
  Vector shift_;              ///< reference kernel without the output bias
  RowMatrix source_weights_;  ///< what J makes of the fields (plain) or of the pairs' δK
  int pairs_;
  int site_row_ = 0;  ///< rows: pairs, x of the sites, exponentials of the sources, then orders
  int source_row_ = 0;
  std::vector<OrderWork> orders_;
  int chunk_;            ///< samples whose rows are held at a time: a pure function of the layout
  AlignedBuffer batch_;  ///< fields or feature products of one batch
  AlignedBuffer rows_;
};

}  // namespace nnft
