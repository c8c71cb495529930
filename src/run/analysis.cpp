#include "nnft/run/analysis.hpp"

#include "nnft/stats/cumulants.hpp"

namespace nnft {

PointResult analyse(const ScanPoint& point, const MomentLayout& layout, const Vector& reference_kernel, const BlockTable& table) {
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
          {both.value.head(size), both.error.head(size), both.bias.head(size), both.leave_one_out.leftCols(size)},
          {both.value.tail(size), both.error.tail(size), both.bias.tail(size), RowMatrix()}};
}

}  // namespace nnft
