#pragma once
/// @file Slices of a batch of chains turned into rows of sums, one row for each chain.

#include <cstdint>
#include <memory>
#include <vector>

#include "nnft/core/aligned_buffer.hpp"
#include "nnft/core/types.hpp"
#include "nnft/field/field_kernels.hpp"
#include "nnft/sampling/chain_kernels.hpp"
#include "nnft/sampling/field_chains.hpp"
#include "nnft/stats/sum_layout.hpp"

namespace nnft {

/// What is measured of chains, and how often.
struct ChainMeasurement {
  SumLayout layout;  ///< with a chain part
  RowMatrix sources;
  double volume;                 ///< of the box
  double reference_potential;    ///< V₀ in the weights e^{−(V − V₀)} of independent samples
  std::uint64_t thermalisation;  ///< updates before the first sample
  std::uint64_t updates;         ///< between samples
};

/// Slices of a batch come in order. Owns its workspace; not thread-safe.
class ChainSampler {
 public:
  /// @throws ShapeError if the layout has no chain part, orders above 8 or too small a state.
  ChainSampler(std::unique_ptr<FieldChains> chains, const FieldOperator& op, ChainMeasurement measurement, SimdPath path);

  /// Every chain from its start, thermalised: slice 0 is next.
  void start();
  /// Every chain after slice `slices` − 1, from rows that sum_slice made of it, shape (chains, layout.size()); 0: start().
  void restore(std::uint64_t slices, const RowMatrix& rows);
  /// The slice that start() or restore() say, or the one after the last one.
  std::uint64_t next_slice() const noexcept { return next_slice_; }
  /// Rows of the next slice, shape (batch_samples, layout.size()).
  void sum_slice(RowMatrix& rows);

  /// V of every sample of the last slice, [sample][chain], of F = ∫φ², and of the zero mode: what pilots look at.
  const double* series(ChainObservable which) const;
  /// Mean acceptance of the last slice.
  const double* acceptance() const noexcept {
    return sums_.data() + column(chain_offset_ + static_cast<int>(ChainSum::accepted));
  }

 private:
  static std::size_t column(std::int64_t k) noexcept { return static_cast<std::size_t>(k) * batch_samples; }
  double* sum(int k) noexcept { return sums_.data() + column(k); }
  /// DysonArrays::products.
  RowMatrix covariance_products() const;
  void sample(int place);
  void add_moments(const double* sites);
  void add_histograms(const double* sites);
  void add_chain_sums(int place);
  void add_improved();
  void add_lags(std::uint64_t slice);
  void write(RowMatrix& rows) const;

  std::unique_ptr<FieldChains> chains_;
  FieldOperator op_;
  OperatorArrays arrays_;
  ChainMeasurement measurement_;
  const ChainLayout& layout_;
  int chain_offset_;
  const ChainKernels& kernels_;
  const FieldKernels& field_kernels_;
  bool improved_;
  std::vector<std::vector<int>> places_;  ///< for each order the pairs of each tuple
  std::vector<DysonQuad> legs_;           ///< of quads
  RowMatrix products_;
  std::uint64_t next_slice_ = 0;
  AlignedBuffer sums_;    ///< [column]
  AlignedBuffer series_;  ///< [observable][sample], then m²
  AlignedBuffer weight_;
  AlignedBuffer pairs_;
  AlignedBuffer dyson_;
  AlignedBuffer starred_;
};

}  // namespace nnft
