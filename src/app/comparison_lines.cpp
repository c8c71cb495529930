#include "app/comparison_lines.hpp"

#include <cstdio>
#include <optional>

namespace nnft::app {

std::string tuple_name(const int* tuple, int order) {
  std::string text;
  for (int leg = 0; leg < order; ++leg) text += (leg > 0 ? " " : "") + std::to_string(tuple[leg]);
  return text;
}

QuantityBlock columns_of(const Estimate& estimate, const std::vector<Eigen::Index>& columns) {
  const auto count = static_cast<Eigen::Index>(columns.size());
  QuantityBlock block{Vector(count), Vector(count), RowMatrix(), 0.0};
  if (estimate.leave_one_out.rows() > 0) block.leave_one_out.resize(estimate.leave_one_out.rows(), count);
  for (Eigen::Index k = 0; k < count; ++k) {
    const Eigen::Index column = columns[static_cast<std::size_t>(k)];
    block.value[k] = estimate.value[column];
    block.error[k] = estimate.error[column];
    if (estimate.leave_one_out.rows() > 0) block.leave_one_out.col(k) = estimate.leave_one_out.col(column);
  }
  return block;
}

void print_block(const std::string& name, const BlockComparison& block, const std::vector<std::string>& names) {
  const auto at = [&](const std::optional<Eigen::Index>& position) {
    return position ? "(" + names[static_cast<std::size_t>(*position)] + ")" : std::string();
  };
  std::printf("  %-4s %6td compared", name.c_str(), block.quantities);
  if (block.left_out > 0) std::printf(", %td left out (not computed)", block.left_out);
  if (block.with_error > 0)
    std::printf(", largest |pull| %.2f at %s, rms pull %.2f", block.largest_pull, at(block.largest_pull_at).c_str(),
                block.rms_pull);
  if (block.chi2) std::printf(", chi2/dof %.1f/%d", block.chi2->chi2, block.chi2->modes);
  if (block.with_error < block.quantities)
    std::printf(", %td exact in both: largest relative difference %.2g at %s", block.quantities - block.with_error,
                block.largest_difference, at(block.largest_difference_at).c_str());
  std::printf(", p = %.3g\n", block.p_value);
}

}  // namespace nnft::app
