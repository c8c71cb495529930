#pragma once
/// @file Block jackknife of any function of means. Efron, The Jackknife, the Bootstrap and Other Resampling Plans, SIAM 1982, ch.
/// 2–3.

#include <functional>
#include <span>

#include "nnft/core/types.hpp"
#include "nnft/stats/block_table.hpp"

namespace nnft {

/// A derived quantity with its statistics; all of shape (quantities), leave_one_out of shape (blocks present, quantities).
struct Estimate {
  Vector value;             ///< θ̂ − bias
  Vector error;             ///< one standard error
  Vector bias;              ///< (B − 1)(mean_b θ_(b) − θ̂): what was subtracted
  RowMatrix leave_one_out;  ///< θ_(b), from all blocks but b
};

/// Maps means of shape (moments) to quantities.
using Statistic = std::function<void(std::span<const double> means, std::span<double> quantities)>;

/// Value, error and bias of `quantities` numbers derived from the means of the table. Blocks with count 0 do not take part.
/// @throws ShapeError if fewer than two blocks have samples.
Estimate jackknife(const BlockTable& table, int quantities, const Statistic& statistic);

/// Quantities that are functions of estimates whose leave-one-out values have their values as the mean (as those of
/// minimum_variance do); errors and bias by the jackknife. NaN where a leave-one-out value is not finite.
/// @throws ShapeError if there are fewer than two leave-one-out values.
Estimate derived_estimate(const Estimate& of, int quantities, const Statistic& statistic);

/// Standard errors of shape (quantities) that leave-one-out values of shape (blocks, quantities) imply.
Vector jackknife_error(const RowMatrix& leave_one_out);

/// Leave-one-out values without those of absent blocks: rows with a NaN or an infinity.
RowMatrix present_rows(const RowMatrix& leave_one_out);

}  // namespace nnft
