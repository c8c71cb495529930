#pragma once
/// @file Do two files agree on a block of quantities, say on G4c at one scan point?

#include <optional>
#include <span>

#include "nnft/core/types.hpp"
#include "nnft/stats/hypothesis.hpp"

namespace nnft {

/// What one file says. NaN: not computed.
struct QuantityBlock {
  Vector value;             ///< shape (quantities)
  Vector error;             ///< zeros for exact values
  RowMatrix leave_one_out;  ///< shape (blocks, quantities), rows of absent blocks are NaN; or empty
  double rounding = 0.0;    ///< values are known no better than this, whatever their errors
};

/// How the errors of two files hang together.
enum class Sampling {
  independent,  ///< other random numbers
  paired        ///< the same random numbers in the same blocks
};

/// Values without error that differ by more than this, in units of the block's largest magnitude, disagree.
constexpr double exact_tolerance = 1e-9;

/// Blocks of quantities with a smaller p-value, all of them combined, are incompatible.
constexpr double incompatible_below = 1e-3;

/// How far apart two files are. Positions count all quantities of the block.
struct BlockComparison {
  Eigen::Index quantities = 0;       ///< compared
  Eigen::Index left_out = 0;         ///< value or error NaN in one of the files
  Eigen::Index left_out_blocks = 0;  ///< leave-one-out rows with NaN, of both files; of pairs of rows if paired

  Eigen::Index with_error = 0;                  ///< of the quantities compared; pulls and chi2 are about these
  double largest_pull = 0.0;                    ///< of |pull|, a − b in units of the error of the difference
  std::optional<Eigen::Index> largest_pull_at;  ///< empty if none has an error
  double rms_pull = 0.0;
  double pull_p_value = 1.0;           ///< of the largest pull, times with_error (Bonferroni)
  std::optional<CorrelatedChi2> chi2;  ///< empty if a file with errors has too few leave-one-out rows

  double largest_difference = 0.0;                    ///< without error: |a − b| beyond rounding over the largest magnitude
  std::optional<Eigen::Index> largest_difference_at;  ///< empty if all have an error
  Eigen::Index mismatches = 0;                        ///< differences above exact_tolerance

  double p_value = 1.0;  ///< 0 if there are mismatches, otherwise of chi2 and the largest pull combined
};

/// Compares a with b. The error of a difference is that of independent numbers; if paired that of the jackknife of the
/// differences, row by row, or, where rows are missing, the sum of both errors, which it cannot exceed. Pulls follow Student's t
/// with the degrees of freedom of the file with fewer leave-one-out rows; the normal distribution without any. Errors up to 1e-13
/// of the block's largest magnitude, or up to the rounding that a block states, count as none; infinite values or errors are
/// mismatches.
/// @throws ShapeError if the shapes within or between a and b differ, or paired leave-one-out rows differ in number.
BlockComparison compare(const QuantityBlock& a, const QuantityBlock& b, Sampling sampling);

/// One p-value for several tests, whatever their correlations: min(1, m · smallest of m) (Bonferroni); 1 for none.
double combined_p_value(std::span<const double> p_values);

}  // namespace nnft
