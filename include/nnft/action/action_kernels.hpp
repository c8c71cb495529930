#pragma once
/// @file Vector kernels of chains that draw from an action at sites. All arrays have the batch_samples chains innermost.

#include <array>

#include "nnft/action/site_action.hpp"
#include "nnft/core/simd_path.hpp"
#include "nnft/random/variates.hpp"

namespace nnft {

/// Coefficients of a polynomial by degree/2 − 1, each in the order of PackedIndex; unused above `degree`.
struct PolynomialView {
  int sites;
  int degree;  ///< 2, 4, 6 or 8
  std::array<const double*, action_degrees> coefficients;
};

/// Valid as long as the action is.
PolynomialView polynomial_view(const SiteAction& action);

struct ActionKernels {
  /// values[chain] = the polynomial at fields[site][chain]; by Horner's rule along the sorted tuples.
  void (*polynomial)(const PolynomialView&, const double* fields, double* values);
  /// sums[tuple][chain] += the monomials of fields[site][chain] of degrees 2, 4, … `degree`, one degree after the other.
  void (*add_monomials)(int sites, int degree, const double* fields, double* sums);
  /// out[row][chain] = Σ_k matrix[row][k] values[k][chain].
  void (*multiply)(int rows, int columns, const double* matrix, const double* values, double* out);
  /// out[row] = a[row] cos 2πt + b[row] sin 2πt, |t| <= ½; out may be a or b.
  void (*rotate)(int rows, const double* turns, const double* a, const double* b, double* out);
  /// e^z of `count` values in place, count a multiple of batch_samples.
  void (*exponentials)(int count, double* values);
};

/// @throws UsageError if this build or processor lacks the path.
const ActionKernels& action_kernels(SimdPath path);

}  // namespace nnft
