#include "nnft/run/analysis.hpp"

#include <cmath>
#include <utility>

#include "nnft/run/deformed_weights.hpp"
#include "nnft/stats/cumulants.hpp"
#include "nnft/stats/histogram_densities.hpp"

namespace nnft {

namespace {

bool present(const BlockTable& table, Eigen::Index block) { return table.counts[static_cast<std::size_t>(block)] > 0; }

Estimate unknown(Eigen::Index quantities, Eigen::Index rows) {
  const Vector none = Vector::Constant(quantities, not_a_number);
  return {none, none, none, RowMatrix::Constant(rows, quantities, not_a_number)};
}

PointResult nothing_measured(const ScanPoint& point, const SumLayout& layout, const Vector& reference_kernel,
                             const BlockTable& table) {
  const Eigen::Index moments = layout.moments().size();
  const auto orders = static_cast<Eigen::Index>(layout.moments().orders().size());
  const RowMatrix shares = RowMatrix::Constant(orders, layout.sites(), not_a_number);
  const Vector none = Vector::Constant(moments, not_a_number);
  const bool chain = layout.chain().present();
  return {point,
          table.samples(),
          reference_kernel,
          unknown(moments, table.blocks()),
          unknown(moments, 0),
          unknown(layout.sources(), table.blocks()),
          std::vector<Estimate>(static_cast<std::size_t>(layout.derivatives().size()), unknown(moments, table.blocks())),
          {shares, shares, none, none, Vector::Zero(moments)},
          {},
          chain ? std::optional(unknown_chain(layout, table.blocks())) : std::nullopt,
          unknown(histogram_quantities(layout.histograms()), table.blocks())};
}

/// The rows of the blocks that are present, spread over all blocks.
RowMatrix spread(const RowMatrix& rows, const BlockTable& table) {
  if (rows.rows() == table.blocks()) return rows;
  RowMatrix all = RowMatrix::Constant(table.blocks(), rows.cols(), not_a_number);
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

std::optional<SharedScale> shared_scale(const Config& config, const ScanPoint& point) {
  for (int p = 0; p < config.deformation_count(); ++p)
    if (config.deformations[static_cast<std::size_t>(p)].kind == DeformationKind::shared_scale)
      return SharedScale{point.strengths[static_cast<std::size_t>(p)], p};
  return std::nullopt;
}

PointResult analyse(const Config& config, const ScanPoint& point, const SumLayout& layout, const Vector& reference_kernel,
                    const BlockTable& table) {
  Eigen::Index blocks = 0;
  for (Eigen::Index block = 0; block < table.blocks(); ++block) blocks += present(table, block) ? 1 : 0;
  if (blocks < 2) return nothing_measured(point, layout, reference_kernel, table);
  const bool under_operator = layout.chain().present();
  // The monomials of fields under an operator are not centred on K₀.
  const Vector centre = under_operator ? Vector::Zero(reference_kernel.size()) : reference_kernel;
  const ConnectedSeries series(layout, centre, shared_scale(config, point));
  const Vector gaussian = gaussian_part(layout.moments().index(2), config.measure.sources, centre);
  const Eigen::Index moments = layout.moments().size(), source_count = layout.sources(),
                     derivatives = layout.derivatives().size();
  const auto row = static_cast<std::size_t>(moments);
  const Statistic statistic = [&](std::span<const double> means, std::span<double> out) {
    series.evaluate(means,
                    {out.first(row), out.subspan(row, row), out.subspan(2 * row, static_cast<std::size_t>(derivatives) * row)});
    const std::span<double> generating = out.last(static_cast<std::size_t>(source_count));
    for (Eigen::Index s = 0; s < source_count; ++s)
      generating[static_cast<std::size_t>(s)] =
          gaussian[s] + std::log(means[static_cast<std::size_t>(layout.source_offset() + s)]);
  };
  const Estimate all = jackknife(table, static_cast<int>((2 + derivatives) * moments + source_count),
                                 under_operator ? of_weighted_means(layout, statistic) : statistic);
  PointResult result{point,
                     table.samples(),
                     reference_kernel,
                     part_of(all, 0, moments),
                     part_of(all, moments, moments),
                     part_of(all, (2 + derivatives) * moments, source_count),
                     {},
                     {}};
  for (Eigen::Index k = 0; k < derivatives; ++k) {
    result.derivatives.push_back(part_of(all, (2 + k) * moments, moments));
    result.derivatives.back().leave_one_out = spread(result.derivatives.back().leave_one_out, table);
  }
  if (under_operator) {
    result.chain = analyse_chain({config, layout, reference_kernel, table}, {result.connected, result.full});
    for (Estimate* estimate : {&result.chain->plain, &result.chain->observables, &result.chain->effective_mass})
      estimate->leave_one_out = spread(estimate->leave_one_out, table);
  }
  if (layout.histograms().entries() > 0) {
    const Statistic densities = histogram_densities(layout);
    result.histograms = jackknife(table, histogram_quantities(layout.histograms()),
                                  under_operator ? of_weighted_means(layout, densities) : densities);
    result.histograms.leave_one_out = spread(result.histograms.leave_one_out, table);
  }
  result.tails = find_tails(layout, table, result.connected);
  if (result.chain && !result.chain->warnings.empty()) result.tails.trusted.setZero();
  result.rounding = derivative_rounding(config, point);
  result.full.leave_one_out.resize(0, 0);
  result.connected.leave_one_out = spread(result.connected.leave_one_out, table);
  result.generating.leave_one_out = spread(result.generating.leave_one_out, table);
  return result;
}

PointResult exact_result(const ScanPoint& point, Vector connected, Vector full, Vector generating, const RowMatrix& derivatives) {
  const auto exactly = [](Vector values) {
    const Vector zero = Vector::Zero(values.size());
    return Estimate{std::move(values), zero, zero, RowMatrix()};
  };
  PointResult result{point, 0, Vector(), exactly(std::move(connected)), exactly(std::move(full)), exactly(std::move(generating)),
                     {},    {}};
  for (Eigen::Index k = 0; k < derivatives.rows(); ++k) result.derivatives.push_back(exactly(derivatives.row(k).transpose()));
  return result;
}

}  // namespace nnft
