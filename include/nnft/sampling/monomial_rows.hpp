#pragma once
/// @file Rows of monomials of a chunk of samples, and the sums over samples that their moments are made of.

#include <span>
#include <vector>

#include "nnft/core/aligned_buffer.hpp"
#include "nnft/core/simd_path.hpp"
#include "nnft/sampling/moment_kernels.hpp"
#include "nnft/sampling/product_plan.hpp"
#include "nnft/stats/estimator_kind.hpp"
#include "nnft/stats/sum_layout.hpp"

namespace nnft {

/// Monomials are φ_iφ_j… (plain), or Wick sums of δK = K − K₀ such as δK_ijδK_kl + δK_ikδK_jl + δK_ilδK_jk (conditional). Those
/// of the pairs are given; the highest order is only summed. Nothing is allocated after construction.
class MonomialRows {
 public:
  /// @throws ShapeError if an order above 8 is asked for.
  MonomialRows(const SumLayout& layout, EstimatorKind estimator, SimdPath path);

  /// Samples held at a time, a pure function of the layout.
  int chunk() const noexcept { return chunk_; }
  /// Rows, chunk() apart: pairs in packed order, then x of the sites, then the exponentials of the sources.
  double* pair_row(int pair) noexcept { return rows_.data() + static_cast<std::ptrdiff_t>(pair) * chunk_; }
  double* site_row(int site) noexcept { return pair_row(pairs_ + site); }
  double* source_row(int source) noexcept { return pair_row(pairs_ + sites_ + source); }
  RowBlock source_rows(int samples) noexcept { return {source_row(0), samples, chunk_}; }

  /// Blanks samples count … padded − 1 of the given rows, which belong to no slice.
  void blank(int count, int padded);
  /// Makes the rows of the orders between the second and the highest from those of the pairs.
  void multiply(int samples);

  /// Numbers in a row of products.
  std::size_t products() const noexcept { return products_; }
  /// products += those of this chunk; samples a multiple of batch_samples.
  void add(int samples, double* products);
  /// The same with weights[sample].
  void add_weighted(int samples, const double* weights, double* products);
  /// moments += factor × what the products amount to, in the order of the layout.
  void add_moments(const double* products, double factor, std::span<double> moments) const;

  /// chunk() of such a layout.
  static int chunk_of(const SumLayout& layout);
  /// Bytes of the rows of such a layout, of one row of products, and of the tables behind it, about.
  static double row_bytes(const SumLayout& layout, EstimatorKind estimator);
  static double product_bytes(const SumLayout& layout, EstimatorKind estimator);

 private:
  /// What one order above 2 needs.
  struct OrderWork {
    int order;
    int tail_row;       ///< where the rows of order − 2 begin
    int row;            ///< where its own rows begin; −1 if no higher order needs them
    std::size_t first;  ///< where its products begin
    ProductPlan plan;
    std::vector<int> terms;  ///< (tuples, terms, 2) of its own rows
  };

  void plan_products(EstimatorKind estimator);
  RowBlock block(int row, int samples) noexcept { return {pair_row(row), samples, chunk_}; }
  void add_products(const RowBlock& heads, double* products);

  MomentLayout layout_;
  int sites_;
  int sources_;
  int pairs_;
  int chunk_;
  const MomentKernels& kernels_;
  std::vector<OrderWork> orders_;
  std::size_t products_;
  AlignedBuffer rows_;
  AlignedBuffer weighted_;  ///< the pairs' rows times weights, if any are asked for
};

}  // namespace nnft
