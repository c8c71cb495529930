#pragma once
/// @file Vector kernels that turn fields and kernels of a batch into sums of monomials, for one instruction set.

#include "nnft/core/simd_path.hpp"

namespace nnft {

/// A matrix of `rows` monomials × `samples` (a multiple of batch_samples), rows `stride` apart.
struct MonomialRows {
  const double* values;
  int rows;
  int samples;
  int stride;
};

struct MomentKernels {
  /// pairs[pair][sample] = fields[i][sample] · fields[j][sample] for one batch, pairs i <= j in packed order, rows of `pairs`
  /// `stride` apart.
  void (*pair_products)(int sites, const double* fields, double* pairs, int stride);
  /// deviations[pair][sample] = scale · kernels[pair][sample] − reference[pair], for one batch.
  void (*kernel_deviations)(int pairs, const double* kernels, double scale, const double* reference, double* deviations,
                            int stride);
  /// sums[row] += Σ_samples values. Eight interleaved partial sums, added in a fixed order, whatever the instruction set.
  void (*add_row_sums)(const MonomialRows&, double* sums);
  /// products[a · rows + b] += Σ_samples values[a] · values[b] for a <= b; summed as add_row_sums does.
  void (*add_row_products)(const MonomialRows&, double* products);
};

/// @throws UsageError if this build or processor lacks the path.
const MomentKernels& moment_kernels(SimdPath path);

}  // namespace nnft
