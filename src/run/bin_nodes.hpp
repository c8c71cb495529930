#pragma once
/// @file Where a density is evaluated for its means over the bins of a histogram.

#include <vector>

#include "nnft/core/types.hpp"
#include "nnft/stats/histogram_layout.hpp"

namespace nnft {

/// Points at which the series is evaluated, bin after bin: those whose weighted sum is the mean over the bin, then, for one site,
/// its middle.
class BinNodes {
 public:
  /// @param pieces into which each bin is cut along each site.
  BinNodes(const HistogramLayout& layout, int entry, int pieces);

  bool has_middle() const noexcept { return !pair_; }
  const Vector& weights() const noexcept { return weights_; }
  Eigen::Index in_bin() const noexcept { return weights_.size() + (pair_ ? 0 : 1); }
  Eigen::Index bins() const noexcept { return columns_; }
  /// Of some bins; shape (count × in_bin(), sites).
  RowMatrix points(Eigen::Index first, Eigen::Index count) const;

 private:
  double at(int bin, Eigen::Index node) const {
    return bins_.centre(bin) + bins_.width() * places_[static_cast<std::size_t>(node)];
  }

  FieldBins bins_;
  Eigen::Index columns_;
  bool pair_;
  std::vector<double> places_;  ///< along a site, in widths of a bin from its middle
  Vector weights_;
};

/// Pieces of bins that are no wider than the least standard deviation of a combination of the fields of an entry.
/// 1 for a covariance with NaN or a vanishing combination. @param covariance of the fields, shape (1, 1) or (2, 2).
/// @throws SingularError if there would be too many.
int pieces_of_bins(const HistogramLayout& layout, int entry, const RowMatrix& covariance);

}  // namespace nnft
