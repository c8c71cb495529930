#include "nnft/stats/jackknife.hpp"

#include <string>
#include <vector>

#include "nnft/core/error.hpp"

namespace nnft {

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
  Estimate estimate{Vector(quantities), Vector::Zero(quantities), Vector(quantities), RowMatrix(blocks, quantities)};
  Vector means = total / samples;
  apply(means, estimate.value.data());
  for (Eigen::Index k = 0; k < blocks; ++k) {
    const Eigen::Index b = present[static_cast<std::size_t>(k)];
    means = (total - table.sums.row(b).transpose()) / (samples - static_cast<double>(table.counts[static_cast<std::size_t>(b)]));
    apply(means, estimate.leave_one_out.row(k).data());
  }
  Vector centre = Vector::Zero(quantities);
  for (Eigen::Index k = 0; k < blocks; ++k) centre += estimate.leave_one_out.row(k).transpose();
  centre /= static_cast<double>(blocks);
  for (Eigen::Index k = 0; k < blocks; ++k) estimate.error += (estimate.leave_one_out.row(k).transpose() - centre).cwiseAbs2();
  const auto b = static_cast<double>(blocks);
  estimate.error = (estimate.error * ((b - 1.0) / b)).cwiseSqrt();
  estimate.bias = (centre - estimate.value) * (b - 1.0);
  estimate.value -= estimate.bias;
  return estimate;
}

}  // namespace nnft
