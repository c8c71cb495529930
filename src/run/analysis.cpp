#include "nnft/run/analysis.hpp"

#include <cmath>
#include <utility>

#include "nnft/stats/cumulants.hpp"

namespace nnft {

namespace {

bool present(const BlockTable& table, Eigen::Index block) { return table.counts[static_cast<std::size_t>(block)] > 0; }

Estimate unknown(Eigen::Index quantities, Eigen::Index rows) {
  const Vector none = Vector::Constant(quantities, std::nan(""));
  return {none, none, none, RowMatrix::Constant(rows, quantities, std::nan(""))};
}

PointResult nothing_measured(const ScanPoint& point, const SumLayout& layout, const Vector& reference_kernel,
                             const BlockTable& table) {
  const Eigen::Index moments = layout.moments().size();
  const auto orders = static_cast<Eigen::Index>(layout.moments().orders().size());
  const RowMatrix shares = RowMatrix::Constant(orders, layout.sites(), std::nan(""));
  const Vector none = Vector::Constant(moments, std::nan(""));
  return {point,
          table.samples(),
          reference_kernel,
          unknown(moments, table.blocks()),
          unknown(moments, 0),
          unknown(layout.sources(), table.blocks()),
          {shares, shares, none, none, Vector::Zero(moments)}};
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

/// ½JKJ for each source, K packed.
Vector gaussian_part(const PackedIndex& pairs, const RowMatrix& sources, const Vector& kernel) {
  Vector part = Vector::Zero(sources.rows());
  for (Eigen::Index s = 0; s < sources.rows(); ++s)
    for (int pair = 0; pair < pairs.size(); ++pair) {
      const int* site = pairs.tuple(pair);
      part[s] += sources(s, site[0]) * sources(s, site[1]) * kernel[pair] * (site[0] == site[1] ? 0.5 : 1.0);
    }
  return part;
}

Estimate part_of(const Estimate& all, Eigen::Index first, Eigen::Index count) {
  return {all.value.segment(first, count), all.error.segment(first, count), all.bias.segment(first, count),
          all.leave_one_out.middleCols(first, count)};
}

}  // namespace

PointResult analyse(const ScanPoint& point, const SumLayout& layout, const RowMatrix& sources, const Vector& reference_kernel,
                    const BlockTable& table) {
  Eigen::Index blocks = 0;
  for (Eigen::Index block = 0; block < table.blocks(); ++block) blocks += present(table, block) ? 1 : 0;
  if (blocks < 2) return nothing_measured(point, layout, reference_kernel, table);
  const CumulantEstimator cumulants(layout.moments(), reference_kernel);
  const Vector gaussian = gaussian_part(layout.moments().index(2), sources, reference_kernel);
  const Eigen::Index moments = layout.moments().size(), source_count = layout.sources();
  const auto row = static_cast<std::size_t>(moments);
  const auto statistic = [&](std::span<const double> means, std::span<double> out) {
    cumulants.connected(means, out.first(row));
    cumulants.full(out.first(row), out.subspan(row, row));
    for (Eigen::Index s = 0; s < source_count; ++s)
      out[static_cast<std::size_t>(2 * moments + s)] =
          gaussian[s] + std::log(means[static_cast<std::size_t>(layout.source_offset() + s)]);
  };
  const Estimate all = jackknife(table, static_cast<int>(2 * moments + source_count), statistic);
  Estimate connected = part_of(all, 0, moments);
  Estimate generating = part_of(all, 2 * moments, source_count);
  Estimate full = part_of(all, moments, moments);
  Tails tails = find_tails(layout, table, connected);
  full.leave_one_out.resize(0, 0);
  connected.leave_one_out = spread(connected.leave_one_out, table);
  generating.leave_one_out = spread(generating.leave_one_out, table);
  return {point,           table.samples(),       reference_kernel, std::move(connected),
          std::move(full), std::move(generating), std::move(tails)};
}

PointResult exact_result(const ScanPoint& point, Vector connected, Vector full, Vector generating) {
  const auto exactly = [](Vector values) {
    const Vector zero = Vector::Zero(values.size());
    return Estimate{std::move(values), zero, zero, RowMatrix()};
  };
  return {point, 0, Vector(), exactly(std::move(connected)), exactly(std::move(full)), exactly(std::move(generating)), {}};
}

}  // namespace nnft
