#pragma once
/// @file Batches of samples counted into the histograms of a row of sums.

#include <cstdint>
#include <optional>
#include <vector>

#include "nnft/core/aligned_buffer.hpp"
#include "nnft/field/field_kernels.hpp"
#include "nnft/random/variates.hpp"
#include "nnft/stats/sum_layout.hpp"

namespace nnft {

/// The covariance of φ at two sites.
struct PairCovariance {
  double first;
  double cross;
  double second;
};

struct FieldPair {
  double first;
  double second;
};

/// φ = Lz with LLᵀ the covariance, by rows; φ is 0 where the covariance is, and both sites share their normal where it is
/// singular.
FieldPair draw_field(const PairCovariance& covariance, double first_normal, double second_normal) noexcept;

/// The covariance of φ given the hidden layer: scale · products + offset.
struct ConditionalKernel {
  const double* products;  ///< [pair][sample]
  double scale;
  double offset;
};

/// Variances of φ below this count as 0. The density of φ = 0 alone is no number: such samples add nothing to conditional
/// densities.
inline constexpr double smallest_variance = 1e-300;

/// Counts samples in the bins of a layout's histograms, and sums conditional densities in the middle of bins. Nothing is
/// allocated after construction; not thread-safe.
class HistogramCounter {
 public:
  /// @param stream what a field given its covariance is drawn with; without one only fields themselves can be counted.
  /// @throws UsageError if the processor lacks `path`.
  HistogramCounter(const SumLayout& layout, const std::optional<Stream>& stream, SimdPath path);

  /// Counts the first `count` samples of a batch. @param fields [site][sample]; @param sums a row of the layout.
  void add_fields(const double* fields, int count, double* sums) const;
  /// The same of fields drawn given their covariance, entry by entry; and the densities of φ given it. @throws ShapeError without
  /// a stream.
  void add_drawn(std::uint64_t first_sample, const ConditionalKernel& kernel, int count, double* sums);

 private:
  void add_densities(int entry, const ConditionalKernel& kernel, int count, double* sums);

  /// Places of the variances and of the covariance among the pairs of sites.
  struct KernelPlaces {
    int first, cross, second;
  };

  HistogramLayout histograms_;
  int offset_;
  std::vector<KernelPlaces> places_;  ///< of each entry
  std::optional<Stream> stream_;
  const VariateKernels& variates_;
  const FieldKernels& kernels_;  ///< of the generic path, so that all paths have the same exponentials
  AlignedBuffer exponents_;
  AlignedBuffer normals_;
};

}  // namespace nnft
