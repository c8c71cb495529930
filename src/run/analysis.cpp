#include "nnft/run/analysis.hpp"

#include <cmath>

#include "nnft/stats/cumulants.hpp"

namespace nnft {

namespace {

bool present(const BlockTable& table, Eigen::Index block) { return table.counts[static_cast<std::size_t>(block)] > 0; }

PointResult nothing_measured(const ScanPoint& point, const MomentLayout& layout, const Vector& reference_kernel,
                             const BlockTable& table) {
  const Vector none = Vector::Constant(layout.size(), std::nan(""));
  const RowMatrix rows = RowMatrix::Constant(table.blocks(), layout.size(), std::nan(""));
  return {point, table.samples(), reference_kernel, {none, none, none, rows}, {none, none, none, RowMatrix()}};
}

/// The rows of the blocks that are present, spread over all blocks.
RowMatrix spread(const RowMatrix& rows, const BlockTable& table) {
  if (rows.rows() == table.blocks()) return rows;
  RowMatrix all = RowMatrix::Constant(table.blocks(), rows.cols(), std::nan(""));
  Eigen::Index next = 0;
  for (Eigen::Index block = 0; block < table.blocks(); ++block)
    if (present(table, block)) all.row(block) = rows.row(next++);
  return all;
}

}  // namespace

PointResult analyse(const ScanPoint& point, const MomentLayout& layout, const Vector& reference_kernel, const BlockTable& table) {
  Eigen::Index blocks = 0;
  for (Eigen::Index block = 0; block < table.blocks(); ++block) blocks += present(table, block) ? 1 : 0;
  if (blocks < 2) return nothing_measured(point, layout, reference_kernel, table);
  const CumulantEstimator cumulants(layout, reference_kernel);
  const auto row = static_cast<std::size_t>(layout.size());
  const Estimate both = jackknife(table, 2 * layout.size(), [&](std::span<const double> means, std::span<double> out) {
    cumulants.connected(means, out.first(row));
    cumulants.full(out.first(row), out.last(row));
  });
  const Eigen::Index size = layout.size();
  return {point,
          table.samples(),
          reference_kernel,
          {both.value.head(size), both.error.head(size), both.bias.head(size), spread(both.leave_one_out.leftCols(size), table)},
          {both.value.tail(size), both.error.tail(size), both.bias.tail(size), RowMatrix()}};
}

}  // namespace nnft
