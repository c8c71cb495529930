#include "nnft/run/field_density.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "nnft/action/edgeworth.hpp"
#include "nnft/core/error.hpp"
#include "nnft/parallel/agreement.hpp"
#include "run/bin_nodes.hpp"

namespace nnft {
namespace {

constexpr int bins_without_histogram = 64;
constexpr double deviations_without_histogram = 4.0;
/// Bins are worked on together as long as they have no more.
constexpr Eigen::Index points_at_once = 8192;
/// Value over error of a bin with 25 samples: with fewer the blocks do not tell the error.
constexpr double fewest_in_bin = 5.0;

/// From a row of a file's correlators to the means over bins of the series through each order.
class SeriesStatistic {
 public:
  /// @throws SingularError if the bins are too wide for the correlators of all blocks.
  SeriesStatistic(const MomentLayout& moments, const ActionSubject& subject, const HistogramLayout& layout, int entry,
                  const Vector& correlators)
      : series_(static_cast<int>(layout.sites(entry).size()), subject.order), sites_(layout.sites(entry)) {
    for (int order = 2; order <= 2 * subject.order + 2; order += 2) {
      const PackedIndex tuples(static_cast<int>(sites_.size()), order);
      columns_.emplace_back();
      for (int t = 0; t < tuples.size(); ++t) {
        std::vector<int> tuple;
        for (int leg = 0; leg < order; ++leg) tuple.push_back(sites_[static_cast<std::size_t>(tuples.tuple(t)[leg])]);
        columns_.back().push_back(moments.offset(order) + moments.index(order).position(std::move(tuple)));
      }
    }
    const RowMatrix covariance = symmetric_matrix(static_cast<int>(sites_.size()), correlators(columns_.front()));
    nodes_.emplace(layout, entry, pieces_of_bins(layout, entry, covariance));
  }

  bool has_middle() const noexcept { return nodes_->has_middle(); }
  Eigen::Index orders() const noexcept { return series_.order() + 1; }
  Eigen::Index bins() const noexcept { return nodes_->bins(); }
  Eigen::Index size() const noexcept { return (has_middle() ? 2 : 1) * orders() * bins(); }
  /// The means, order after order, then the values in the middle. Shape (size()).
  Vector operator()(const Vector& correlators) const {
    std::vector<Vector> cumulants;
    for (const std::vector<Eigen::Index>& columns : columns_) cumulants.emplace_back(correlators(columns));
    for (std::size_t k = 0; k < cumulants.size(); ++k)
      for (Eigen::Index t = 0; t < cumulants[k].size(); ++t)
        if (!std::isfinite(cumulants[k][t]))
          throw SingularError(unknown_correlator(2 * static_cast<int>(k) + 2, sites_, static_cast<int>(t)));
    Vector found(size());
    const Eigen::Index together = std::max<Eigen::Index>(1, points_at_once / nodes_->in_bin());
    for (Eigen::Index first = 0; first < bins(); first += together) {
      const Eigen::Index count = std::min(together, bins() - first);
      const RowMatrix values = series_.evaluate(cumulants, nodes_->points(first, count));
      for (Eigen::Index order = 0; order < orders(); ++order)
        for (Eigen::Index k = 0; k < count; ++k) {
          const double* in_bin = values.data() + (order * count + k) * nodes_->in_bin();
          const Eigen::Index place = order * bins() + first + k;
          found[place] = Eigen::Map<const Vector>(in_bin, nodes_->weights().size()).dot(nodes_->weights());
          if (has_middle()) found[orders() * bins() + place] = in_bin[nodes_->weights().size()];
        }
    }
    return found;
  }

 private:
  EdgeworthDensity series_;
  std::optional<BinNodes> nodes_;
  std::vector<int> sites_;
  std::vector<std::vector<Eigen::Index>> columns_;  ///< of each order
};

double largest_variance(const StoredResult& stored, const ActionSubject& subject, const std::vector<std::vector<int>>& entries) {
  double largest = 0.0;
  for (const std::size_t point : subject.points) {
    const PointResult result = stored.point(point);
    for (const std::vector<int>& entry : entries)
      for (const int site : entry) {
        const double variance = result.connected.value[stored.layout().moments().index(2).position({site, site})];
        if (std::isfinite(variance)) largest = std::max(largest, variance);
      }
  }
  return largest;
}

/// Collective. @throws UsageError, IoError, on every rank.
HistogramLayout entries_layout(const Communicator& comm, const StoredResult& stored, const ActionSubject& subject,
                               const std::vector<std::vector<int>>& entries) {
  const HistogramLayout& measured = stored.layout().histograms();
  if (measured.entries() > 0) return HistogramLayout(measured.bins(), entries);
  double variance = 0.0;
  run_agreed<IoError>(comm, [&] { variance = largest_variance(stored, subject, entries); });
  if (!(variance > 0.0)) throw UsageError("--density: expected a field that fluctuates, got G2c = 0");
  return HistogramLayout({deviations_without_histogram * std::sqrt(variance), bins_without_histogram}, entries);
}

std::string entry_text(const std::vector<int>& sites) {
  std::string text;
  for (const int site : sites) text += (text.empty() ? "" : " ") + std::to_string(site);
  return "'" + text + "'";
}

/// Which entry of the file is the same histogram; −1 if it was not measured.
int measured_entry(const HistogramLayout& measured, const std::vector<int>& sites) {
  for (int entry = 0; entry < measured.entries(); ++entry)
    if (measured.sites(entry) == sites) return entry;
  return -1;
}

/// Leave-one-out rows of this rank, zeros elsewhere; NaN for absent blocks.
RowMatrix own_rows(const Communicator& comm, const SeriesStatistic& statistic, const RowMatrix& correlators) {
  RowMatrix rows = RowMatrix::Zero(correlators.rows(), statistic.size());
  for (Eigen::Index b = comm.rank(); b < rows.rows(); b += comm.size()) {
    if (correlators.row(b).allFinite())
      rows.row(b) = statistic(correlators.row(b).transpose());
    else
      rows.row(b).setConstant(not_a_number);
  }
  return rows;
}

/// A part of a row of a statistic by order.
RowMatrix by_order(const Vector& row, Eigen::Index first, const SeriesStatistic& statistic) {
  return Eigen::Map<const RowMatrix>(row.data() + first, statistic.orders(), statistic.bins());
}

/// @param series from all blocks: less its bias, even a Gaussian would be negative where it is small.
void find_negative(FieldDensity& density, const RowMatrix& series, const HistogramLayout& layout, int entry) {
  const FieldBins& bins = layout.bins();
  density.negative = Vector::Zero(series.rows());
  density.negative_from = Vector::Constant(series.rows(), not_a_number);
  for (Eigen::Index order = 0; order < series.rows(); ++order)
    for (int bin = 0; bin < layout.columns(entry); ++bin) {
      const double value = series(order, bin);
      if (!(value < 0.0)) continue;
      density.negative[order] -= value * layout.volume(entry);
      const double length = layout.is_pair(entry) ? std::hypot(bins.centre(bin / bins.bins), bins.centre(bin % bins.bins))
                                                  : std::abs(bins.centre(bin));
      if (!(density.negative_from[order] <= length)) density.negative_from[order] = length;
    }
}

/// What a file measured, from some columns of its estimates on.
MeasuredDensity measured_density(const PointResult& result, Eigen::Index offset, Eigen::Index bins) {
  return {result.histograms.value.segment(offset, bins), result.histograms.error.segment(offset, bins), {}, {}};
}

/// Samples and series come from the same blocks: differences are taken block by block.
/// @param leave_one_out of the series, order after order.
void compare_with(MeasuredDensity& measured, const DensitySeries& series, const RowMatrix& sampled,
                  const RowMatrix& leave_one_out) {
  const Eigen::Index bins = measured.value.size();
  std::vector<Eigen::Index> used;
  for (Eigen::Index bin = 0; bin < bins; ++bin)
    if (measured.value[bin] > fewest_in_bin * measured.error[bin]) used.push_back(bin);
  measured.largest_difference.resize(series.value.rows());
  for (Eigen::Index order = 0; order < series.value.rows(); ++order) {
    const Vector difference = series.value.row(order)(used).transpose() - measured.value(used);
    measured.largest_difference[order] =
        used.empty() ? not_a_number : difference.cwiseAbs().maxCoeff() / measured.value.maxCoeff();
    const RowMatrix rows = leave_one_out.middleCols(order * bins, bins);
    measured.comparison.push_back(
        compare({measured.value(used), measured.error(used), sampled(Eigen::all, used)},
                {series.value.row(order)(used).transpose(), series.error.row(order)(used).transpose(), rows(Eigen::all, used)},
                Sampling::paired));
  }
}

/// What is left of a density without a series.
void fail(FieldDensity& density, Eigen::Index orders, const HistogramLayout& layout, int entry) {
  const RowMatrix unknown = RowMatrix::Constant(orders, layout.columns(entry), not_a_number);
  density.series = {unknown, unknown};
  if (!layout.is_pair(entry)) density.middle = density.series;
  density.negative = density.negative_from = Vector::Constant(orders, not_a_number);
}

/// The series from a row of the statistic and from leave-one-out rows. Bias is taken off.
void estimate(FieldDensity& density, const SeriesStatistic& statistic, Vector value, const RowMatrix& rows) {
  Vector error = Vector::Zero(value.size());
  if (rows.rows() > 0) {
    const RowMatrix present = present_rows(rows);
    value -= (static_cast<double>(present.rows()) - 1.0) * (present.colwise().mean().transpose() - value);
    error = jackknife_error(present);
  }
  density.series = {by_order(value, 0, statistic), by_order(error, 0, statistic)};
  const Eigen::Index middle = statistic.orders() * statistic.bins();
  if (statistic.has_middle()) density.middle = {by_order(value, middle, statistic), by_order(error, middle, statistic)};
}

void compare_measured(FieldDensity& density, const PointResult& result, const HistogramLayout& measured, int entry,
                      const RowMatrix& rows) {
  const Eigen::Index bins = measured.columns(entry), half = density.series.value.size();
  const RowMatrix& sampled = result.histograms.leave_one_out;
  compare_with(*density.histogram, density.series, sampled.middleCols(measured.offset(entry), bins), rows.leftCols(half));
  if (density.conditional)
    compare_with(*density.conditional, density.middle, sampled.middleCols(measured.density_offset(entry), bins),
                 rows.rightCols(half));
}

/// What is the same at every point.
struct DensityTask {
  const MomentLayout& moments;
  const ActionSubject& subject;
  const HistogramLayout& measured;  ///< by the results
  const HistogramLayout& layout;    ///< asked for
};

FieldDensity density_of(const Communicator& comm, const PointResult& result, const DensityTask& task, int entry) {
  const HistogramLayout &measured = task.measured, &layout = task.layout;
  FieldDensity density;
  const int same = result.histograms.value.size() > 0 ? measured_entry(measured, layout.sites(entry)) : -1;
  if (same >= 0) density.histogram = measured_density(result, measured.offset(same), measured.columns(same));
  if (same >= 0 && measured.has_density(same))
    density.conditional = measured_density(result, measured.density_offset(same), measured.columns(same));
  std::optional<SeriesStatistic> statistic;
  Vector value;
  RowMatrix rows;
  const auto evaluate = [&] {
    const Vector& bias = result.connected.bias;
    const Vector plug_in = bias.size() > 0 ? Vector(result.connected.value + bias) : result.connected.value;
    statistic.emplace(task.moments, task.subject, layout, entry, plug_in);
    value = (*statistic)(plug_in);
    rows = own_rows(comm, *statistic, result.connected.leave_one_out);
  };
  if (const auto failure = agree_on_failure(comm, failure_of_kind<SingularError>(evaluate))) {
    density.failure = *failure;
    fail(density, task.subject.order + 1, layout, entry);
    return density;
  }
  comm.sum_disjoint(std::span(rows.data(), static_cast<std::size_t>(rows.size())));
  find_negative(density, by_order(value, 0, *statistic), layout, entry);
  estimate(density, *statistic, std::move(value), rows);
  if (same >= 0) compare_measured(density, result, measured, same, rows);
  return density;
}

}  // namespace

DensityAnalysis::DensityAnalysis(const SumLayout& sums, ActionSubject subject, HistogramLayout entries)
    : moments_(sums.moments()), subject_(std::move(subject)), entries_(std::move(entries)), measured_(sums.histograms()) {
  if (measured_.entries() > 0 && measured_.bins() != entries_.bins())
    throw ShapeError("DensityAnalysis: expected the bins of the results' histograms, " + std::to_string(measured_.bins().bins) +
                     " up to " + std::to_string(measured_.bins().range) + ", got " + std::to_string(entries_.bins().bins) +
                     " up to " + std::to_string(entries_.bins().range));
}

std::vector<FieldDensity> DensityAnalysis::densities(const Communicator& comm, const PointResult& result) const {
  const DensityTask task{moments_, subject_, measured_, entries_};
  std::vector<FieldDensity> found;
  for (int entry = 0; entry < entries_.entries(); ++entry) found.push_back(density_of(comm, result, task, entry));
  return found;
}

std::vector<std::vector<int>> density_entries(const StoredResult& stored, const ActionSubject& subject,
                                              const std::vector<std::vector<int>>& entries) {
  if (subject.expansion != ActionExpansion::width) throw UsageError("--density: expected an expansion in 1/N, got --in strength");
  const HistogramLayout& measured = stored.layout().histograms();
  const auto known = [&](int site) { return std::ranges::find(subject.sites, site) != subject.sites.end(); };
  std::vector<std::vector<int>> found;
  for (std::vector<int> entry : entries) {
    if (entry.empty() || entry.size() > 2 || (entry.size() == 2 && entry[0] == entry[1]) || !std::ranges::all_of(entry, known))
      throw UsageError("--density: expected one site or two different ones, of those chosen, separated by ';', got " +
                       entry_text(entry));
    const std::vector<int> reversed(entry.rbegin(), entry.rend());
    const bool again = std::ranges::find(found, reversed) != found.end() || std::ranges::find(found, entry) != found.end();
    if (measured_entry(measured, entry) < 0 && measured_entry(measured, reversed) >= 0) entry = reversed;
    if (!again) found.push_back(std::move(entry));
  }
  return found;
}

FieldDensities field_densities(const Communicator& comm, const StoredResult& stored, const ActionSubject& subject,
                               const std::vector<std::vector<int>>& entries) {
  FieldDensities found;
  found.layout = entries_layout(comm, stored, subject, entries);
  found.bins = found.layout.bins();
  const DensityAnalysis analysis(stored.layout(), subject, found.layout);
  for (const std::size_t point : subject.points) {
    std::optional<PointResult> result;
    run_agreed<IoError>(comm, [&] { result = stored.point(point); });
    found.points.push_back(analysis.densities(comm, *result));
  }
  return found;
}

}  // namespace nnft
