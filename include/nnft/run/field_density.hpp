#pragma once
/// @file The density of the field by its Edgeworth series, beside the histogram of sampled fields.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "nnft/parallel/communicator.hpp"
#include "nnft/run/action_analysis.hpp"
#include "nnft/stats/comparison.hpp"
#include "nnft/stats/histogram_layout.hpp"

namespace nnft {

/// The series through each order, shape (orders, bins); errors 0 if the correlators are exact.
struct DensitySeries {
  RowMatrix value, error;
};

/// A density that was sampled, shape (bins), and how far the series of each order is from it in bins with enough samples.
struct MeasuredDensity {
  Vector value, error;
  std::vector<BlockComparison> comparison;
  Vector largest_difference;  ///< of each order over those bins, relative to the largest value
};

/// At one site or at two, at one scan point; of two sites the second one's bins vary fastest.
struct FieldDensity {
  std::string failure;   ///< why there is no series, which is NaN then; empty if there is one
  DensitySeries series;  ///< means over the bins
  DensitySeries middle;  ///< in the middle of the bins; empty for two sites
  Vector negative;       ///< of each order: −∫ of the negative part of the means, before the bias is taken off
  Vector negative_from;  ///< of each order the smallest |φ| of the middle of a bin where it is negative; NaN if nowhere
  std::optional<MeasuredDensity> histogram;    ///< of sampled fields, if it was measured
  std::optional<MeasuredDensity> conditional;  ///< in the middle of bins, averaged given K, if it was measured
};

/// All that is asked for.
struct FieldDensities {
  FieldBins bins;
  HistogramLayout layout;                         ///< the entries
  std::vector<std::vector<FieldDensity>> points;  ///< of each point of the subject, of each entry
};

/// Edgeworth series through the subject's orders at one scan point after another. Errors by the jackknife.
class DensityAnalysis {
 public:
  /// @param sums of the results. @param entries one or two of the subject's sites each, and bins, those of the results if they
  /// have histograms. @throws ShapeError for other bins.
  DensityAnalysis(const SumLayout& sums, ActionSubject subject, HistogramLayout entries);
  /// Of each entry; beside it what the result measured of the same sites. Ranks share the leave-one-out rows and all get
  /// everything, the same bits on any number of ranks. Collective. @param result the same on every rank.
  std::vector<FieldDensity> densities(const Communicator& comm, const PointResult& result) const;

 private:
  MomentLayout moments_;
  ActionSubject subject_;
  HistogramLayout entries_, measured_;
};

/// What is asked for as the file can answer it: two sites whose histogram was measured stand in its order, and entries with the
/// same sites are one. @param entries sites of the file. @throws UsageError unless each is one or two of the subject's, and for a
/// subject that is not an expansion in 1/N.
std::vector<std::vector<int>> density_entries(const StoredResult& stored, const ActionSubject& subject,
                                              const std::vector<std::vector<int>>& entries);

/// The same at every point of a file, for each entry. Bins are those of the file's histograms; without any 64 up to
/// four standard deviations. Collective.
/// @param entries from density_entries. @throws UsageError for a field that does not fluctuate, IoError, on every rank.
FieldDensities field_densities(const Communicator& comm, const StoredResult& stored, const ActionSubject& subject,
                               const std::vector<std::vector<int>>& entries);

/// A line for each order: where the series is negative, and how far it is from the histogram.
std::string density_table(const StoredResult& stored, const ActionSubject& subject, const FieldDensities& densities);

/// Dimensions `bin`, `bin_pair` and variables `edgeworth_…`, `histogram_…` for a file of couplings.
void add_densities(Schema& schema, const StoredResult& stored, const FieldDensities& densities);

}  // namespace nnft
