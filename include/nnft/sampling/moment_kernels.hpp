#pragma once
/// @file Vector kernels that turn fields and kernels of a batch into sums of monomials, for one instruction set.

#include "nnft/core/simd_path.hpp"

namespace nnft {

/// Rows of equal stride, all of `samples` numbers (a multiple of batch_samples).
struct RowBlock {
  const double* values;
  int samples;
  int stride;
};

/// Products of rows head … head + heads − 1 of one block with rows tail … tail + tails − 1 of another, stored from `place` on.
struct ProductRectangle {
  int head;
  int heads;
  int tail;
  int tails;
  int place;
};

struct MomentKernels {
  /// pairs[pair][sample] = fields[i][sample] · fields[j][sample] for one batch, pairs i <= j in packed order, rows of `pairs`
  /// `stride` apart.
  void (*pair_products)(int sites, const double* fields, double* pairs, int stride);
  /// deviations[pair][sample] = scale · kernels[pair][sample] − reference[pair], for one batch.
  void (*kernel_deviations)(int pairs, const double* kernels, double scale, const double* reference, double* deviations,
                            int stride);
  /// out[sample] = Σ_k coefficients[k] · row k, for one batch, rows `stride` apart.
  void (*linear_combination)(int rows, const double* coefficients, const double* values, int stride, double* out);
  /// One batch in place: e^x, or cosh x.
  void (*exponentials)(double* values);
  void (*hyperbolic_cosines)(double* values);
  /// out[sample] = Σ_terms heads[terms[2k]][sample] · tails[terms[2k + 1]][sample], terms in order.
  void (*row_of_products)(const RowBlock& heads, const RowBlock& tails, const int* terms, int count, double* out);
  /// sums[row] += Σ_samples values. Eight interleaved partial sums, added in a fixed order, whatever the instruction set.
  void (*add_row_sums)(const RowBlock&, int rows, double* sums);
  /// sums[(power − 1) · step] += Σ_samples x^power for power = 1 … powers, summed as add_row_sums does; returns the largest of
  /// `largest` and all x.
  double (*add_power_sums)(const double* x, int samples, int powers, double* sums, int step, double largest);
  /// products[place + a · tails + b] += Σ_samples heads[head + a] · tails[tail + b]; summed as add_row_sums does.
  void (*add_products)(const RowBlock& heads, const RowBlock& tails, const ProductRectangle&, double* products);
};

/// @throws UsageError if this build or processor lacks the path.
const MomentKernels& moment_kernels(SimdPath path);

}  // namespace nnft
