#include "nnft/stats/jackknife.hpp"

#include <string>
#include <vector>

#include "nnft/core/error.hpp"

namespace nnft {
namespace {

/// From differences to the first row, so that the mean of equal values is that value and not one rounded.
Vector mean_row(const RowMatrix& rows) {
  Vector sum = Vector::Zero(rows.cols());
  for (Eigen::Index k = 1; k < rows.rows(); ++k) sum += (rows.row(k) - rows.row(0)).transpose();
  return rows.row(0).transpose() + sum / static_cast<double>(rows.rows());
}

/// Error and bias from leave-one-out values; takes the bias off the value.
void correct_bias(Estimate& estimate) {
  estimate.error = jackknife_error(estimate.leave_one_out);
  const auto b = static_cast<double>(estimate.leave_one_out.rows());
  estimate.bias = (mean_row(estimate.leave_one_out) - estimate.value) * (b - 1.0);
  estimate.value -= estimate.bias;
}

}  // namespace

Estimate jackknife(const BlockTable& table, int quantities, const Statistic& statistic) {
  std::vector<Eigen::Index> present;
  for (Eigen::Index b = 0; b < table.blocks(); ++b)
    if (table.counts[static_cast<std::size_t>(b)] > 0) present.push_back(b);
  if (present.size() < 2)
    throw ShapeError("jackknife: expected at least two blocks with samples, got " + std::to_string(present.size()));

  Vector total = Vector::Zero(table.moments());
  for (const Eigen::Index b : present) total += table.sums.row(b).transpose();
  const auto samples = static_cast<double>(table.samples());
  const auto apply = [&](const Vector& means, double* out) {
    statistic({means.data(), static_cast<std::size_t>(means.size())}, {out, static_cast<std::size_t>(quantities)});
  };

  const auto blocks = static_cast<Eigen::Index>(present.size());
  Estimate estimate{Vector(quantities), Vector(quantities), Vector(quantities), RowMatrix(blocks, quantities)};
  Vector means = total / samples;
  apply(means, estimate.value.data());
  for (Eigen::Index k = 0; k < blocks; ++k) {
    const Eigen::Index b = present[static_cast<std::size_t>(k)];
    means = (total - table.sums.row(b).transpose()) / (samples - static_cast<double>(table.counts[static_cast<std::size_t>(b)]));
    apply(means, estimate.leave_one_out.row(k).data());
  }
  correct_bias(estimate);
  return estimate;
}

Estimate derived_estimate(const Estimate& of, int quantities, const Statistic& statistic) {
  const Eigen::Index blocks = of.leave_one_out.rows();
  if (blocks < 2) throw ShapeError("derived_estimate: expected at least two leave-one-out values, got " + std::to_string(blocks));
  Estimate estimate{Vector(quantities), Vector(quantities), Vector(quantities), RowMatrix(blocks, quantities)};
  const auto apply = [&](const double* from, double* to) {
    statistic({from, static_cast<std::size_t>(of.value.size())}, {to, static_cast<std::size_t>(quantities)});
  };
  apply(of.value.data(), estimate.value.data());
  for (Eigen::Index b = 0; b < blocks; ++b) apply(of.leave_one_out.row(b).data(), estimate.leave_one_out.row(b).data());
  correct_bias(estimate);
  return estimate;
}

Vector jackknife_error(const RowMatrix& leave_one_out) {
  const Vector centre = mean_row(leave_one_out);
  Vector sum = Vector::Zero(leave_one_out.cols());
  for (Eigen::Index k = 0; k < leave_one_out.rows(); ++k) sum += (leave_one_out.row(k).transpose() - centre).cwiseAbs2();
  const auto b = static_cast<double>(leave_one_out.rows());
  return (sum * ((b - 1.0) / b)).cwiseSqrt();
}

RowMatrix present_rows(const RowMatrix& leave_one_out) {
  RowMatrix present(leave_one_out.rows(), leave_one_out.cols());
  Eigen::Index count = 0;
  for (Eigen::Index b = 0; b < leave_one_out.rows(); ++b)
    if (leave_one_out.row(b).allFinite()) present.row(count++) = leave_one_out.row(b);
  return present.topRows(count);
}

}  // namespace nnft
