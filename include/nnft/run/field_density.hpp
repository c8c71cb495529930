#pragma once
/// @file The density of the field by its Edgeworth series, beside the histogram of sampled fields.

#include <optional>
#include <string>
#include <vector>

#include "nnft/parallel/communicator.hpp"
#include "nnft/run/action_analysis.hpp"
#include "nnft/stats/comparison.hpp"
#include "nnft/stats/histogram_layout.hpp"

namespace nnft {

/// At one site or at two, at one scan point. Densities are means over bins; of two sites the second one's bins vary fastest.
struct FieldDensity {
  std::string failure;       ///< why there is no series; empty if there is one
  RowMatrix series, error;   ///< through each order, shape (orders, bins); errors 0 if the correlators are exact
  Vector negative;           ///< of each order: −∫ of its negative part over the bins
  Vector negative_from;      ///< of each order the smallest |φ| of the middle of a bin where it is negative; NaN if nowhere
  Vector histogram, histogram_error;        ///< empty if it was not measured
  std::vector<BlockComparison> comparison;  ///< of each order with the histogram, bins with enough samples; empty likewise
};

/// All that is asked for.
struct FieldDensities {
  FieldBins bins;
  HistogramLayout layout;                         ///< the entries
  std::vector<std::vector<FieldDensity>> points;  ///< of each point of the subject, of each entry
};

/// Edgeworth series through the subject's orders for each entry. Bins are those of the file's histograms; without any 64 up to
/// four standard deviations. Errors by the jackknife; ranks share the leave-one-out rows and all get everything, the same bits on
/// any number of ranks. Collective.
/// @param entries sites of the file, one or two each. @throws UsageError for entries that are impossible or that lack correlators,
/// IoError, on every rank.
FieldDensities field_densities(const Communicator& comm, const StoredResult& stored, const ActionSubject& subject,
                               const std::vector<std::vector<int>>& entries);

/// A line for each order: where the series is negative, and how far it is from the histogram.
std::string density_table(const StoredResult& stored, const ActionSubject& subject, const FieldDensities& densities);

/// Dimensions `bin`, `bin_pair` and variables `edgeworth_…`, `histogram_…` for a file of couplings.
void add_densities(Schema& schema, const StoredResult& stored, const FieldDensities& densities);

}  // namespace nnft
