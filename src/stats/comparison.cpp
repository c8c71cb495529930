#include "nnft/stats/comparison.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "nnft/core/error.hpp"
#include "nnft/stats/jackknife.hpp"

namespace nnft {
namespace {

using Positions = std::vector<Eigen::Index>;

std::string shape_text(const QuantityBlock& block) {
  return std::to_string(block.value.size()) + " values, " + std::to_string(block.error.size()) + " errors, leave-one-out (" +
         std::to_string(block.leave_one_out.rows()) + ", " + std::to_string(block.leave_one_out.cols()) + ")";
}

bool consistent(const QuantityBlock& block) {
  const Eigen::Index size = block.value.size();
  return block.error.size() == size && (block.leave_one_out.rows() == 0 || block.leave_one_out.cols() == size);
}

void check_shapes(const QuantityBlock& a, const QuantityBlock& b, Sampling sampling) {
  const Eigen::Index rows_a = a.leave_one_out.rows();
  const Eigen::Index rows_b = b.leave_one_out.rows();
  const bool rows_fit = sampling == Sampling::independent || rows_a == 0 || rows_b == 0 || rows_a == rows_b;
  if (!consistent(a) || !consistent(b) || a.value.size() != b.value.size() || !rows_fit)
    throw ShapeError("compare: expected the same shapes, got " + shape_text(a) + " and " + shape_text(b));
}

Positions computed_in_both(const QuantityBlock& a, const QuantityBlock& b) {
  Positions positions;
  for (Eigen::Index q = 0; q < a.value.size(); ++q)
    if (!std::isnan(a.value[q]) && !std::isnan(a.error[q]) && !std::isnan(b.value[q]) && !std::isnan(b.error[q]))
      positions.push_back(q);
  return positions;
}

RowMatrix columns(const RowMatrix& rows, const Positions& positions) {
  if (rows.rows() == 0 || static_cast<std::size_t>(rows.cols()) == positions.size()) return rows;
  return rows(Eigen::all, positions);
}

QuantityBlock at(const QuantityBlock& block, const Positions& positions) {
  return {block.value(positions), block.error(positions), columns(block.leave_one_out, positions), block.rounding};
}

/// a − b, its errors and where they come from.
struct Difference {
  Vector value;
  Vector error;
  std::vector<RowMatrix> sources;  ///< leave-one-out values of independent sources of error
  bool sources_complete = true;    ///< all sources are known
  Eigen::Index left_out_blocks = 0;

  /// Takes the leave-one-out values of a source without absent blocks.
  void add_source(const RowMatrix& leave_one_out) {
    RowMatrix rows = present_rows(leave_one_out);
    left_out_blocks += leave_one_out.rows() - rows.rows();
    if (rows.rows() >= 2)
      sources.push_back(std::move(rows));
    else
      sources_complete = false;
  }
};

Difference independent_difference(const QuantityBlock& a, const QuantityBlock& b) {
  Difference difference{a.value - b.value, (a.error.cwiseAbs2() + b.error.cwiseAbs2()).cwiseSqrt(), {}};
  for (const QuantityBlock* block : {&a, &b})
    if ((block->error.array() != 0.0).any()) difference.add_source(block->leave_one_out);
  return difference;
}

Difference paired_difference(const QuantityBlock& a, const QuantityBlock& b) {
  const bool both_fluctuate = (a.error.array() != 0.0).any() && (b.error.array() != 0.0).any();
  if (!both_fluctuate) return independent_difference(a, b);
  Difference difference{a.value - b.value, a.error + b.error, {}};
  difference.sources_complete = a.leave_one_out.rows() > 0 && b.leave_one_out.rows() > 0;
  if (difference.sources_complete) difference.add_source(a.leave_one_out - b.leave_one_out);
  if (difference.sources_complete) difference.error = jackknife_error(difference.sources.front());
  return difference;
}

double largest_magnitude(const QuantityBlock& a, const QuantityBlock& b) {
  double largest = 0.0;
  for (const Vector* values : {&a.value, &b.value})
    for (const double value : *values)
      if (std::isfinite(value)) largest = std::max(largest, std::abs(value));
  return largest;
}

/// What values are measured by.
struct Scale {
  double magnitude;  ///< the largest in the block
  double rounding;   ///< of both files
};

/// Enters a difference of values without error, or of infinite ones.
void add_exact(BlockComparison& result, Eigen::Index position, double difference, const Scale& scale) {
  double relative =
      std::isfinite(difference) ? std::max(0.0, std::abs(difference) - scale.rounding) : std::numeric_limits<double>::infinity();
  if (relative > 0.0) relative /= scale.magnitude;
  if (!(relative <= exact_tolerance)) ++result.mismatches;
  if (result.largest_difference_at && relative <= result.largest_difference) return;
  result.largest_difference = relative;
  result.largest_difference_at = position;
}

void add_pull(BlockComparison& result, Eigen::Index position, double pull) {
  ++result.with_error;
  result.rms_pull += pull * pull;  // their sum until all are in
  if (result.largest_pull_at && std::abs(pull) <= result.largest_pull) return;
  result.largest_pull = std::abs(pull);
  result.largest_pull_at = position;
}

double pull_p_value(double pull, const std::vector<RowMatrix>& sources) {
  if (sources.empty()) return normal_p_value(pull);
  Eigen::Index fewest = sources.front().rows();
  for (const RowMatrix& source : sources) fewest = std::min(fewest, source.rows());
  return student_p_value(pull, static_cast<double>(fewest - 1));
}

std::optional<CorrelatedChi2> chi2_of(const Difference& difference, const Positions& fluctuating) {
  const auto enough = [](const RowMatrix& source) { return source.rows() >= fewest_chi2_blocks; };
  const std::vector<RowMatrix>& sources = difference.sources;
  if (fluctuating.empty() || sources.empty() || !difference.sources_complete ||
      !std::all_of(sources.begin(), sources.end(), enough))
    return std::nullopt;
  std::vector<RowMatrix> rows;
  for (const RowMatrix& source : sources) rows.push_back(columns(source, fluctuating));
  return correlated_chi2(difference.value(fluctuating), rows);
}

}  // namespace

BlockComparison compare(const QuantityBlock& a, const QuantityBlock& b, Sampling sampling) {
  check_shapes(a, b, sampling);
  const Positions positions = computed_in_both(a, b);
  BlockComparison result;
  result.quantities = static_cast<Eigen::Index>(positions.size());
  result.left_out = a.value.size() - result.quantities;
  if (positions.empty()) return result;
  const QuantityBlock of_a = at(a, positions);
  const QuantityBlock of_b = at(b, positions);
  const Difference difference = sampling == Sampling::paired ? paired_difference(of_a, of_b) : independent_difference(of_a, of_b);
  result.left_out_blocks = difference.left_out_blocks;

  const Scale scale{largest_magnitude(of_a, of_b), a.rounding + b.rounding};
  Positions fluctuating;
  for (Eigen::Index k = 0; k < result.quantities; ++k) {
    const Eigen::Index position = positions[static_cast<std::size_t>(k)];
    const double error = difference.error[k];
    if (!std::isfinite(error))
      add_exact(result, position, std::numeric_limits<double>::infinity(), scale);
    else if (!std::isfinite(difference.value[k]) || error <= std::max(1e-13 * scale.magnitude, scale.rounding))
      add_exact(result, position, difference.value[k], scale);
    else {
      add_pull(result, position, difference.value[k] / error);
      fluctuating.push_back(k);
    }
  }
  std::vector<double> p_values;
  if (result.with_error > 0) {
    const auto count = static_cast<double>(result.with_error);
    result.rms_pull = std::sqrt(result.rms_pull / count);
    result.pull_p_value = std::min(1.0, count * pull_p_value(result.largest_pull, difference.sources));
    p_values.push_back(result.pull_p_value);
  }
  result.chi2 = chi2_of(difference, fluctuating);
  if (result.chi2) p_values.push_back(result.chi2->p_value);
  result.p_value = result.mismatches > 0 ? 0.0 : combined_p_value(p_values);
  return result;
}

double combined_p_value(std::span<const double> p_values) {
  if (p_values.empty()) return 1.0;
  return std::min(1.0, static_cast<double>(p_values.size()) * *std::min_element(p_values.begin(), p_values.end()));
}

}  // namespace nnft
