#pragma once
/// @file The points of a scan that are fitted together.

#include <vector>

#include "nnft/run/series_analysis.hpp"

namespace nnft {

/// Points of one width, which share random numbers.
struct SourceRows {
  std::vector<RowMatrix> leave_one_out;  ///< of each point, shape (blocks that all of them have, tuples)

  Eigen::Index points() const noexcept { return static_cast<Eigen::Index>(leave_one_out.size()); }
  Eigen::Index blocks() const noexcept { return leave_one_out.front().rows(); }
  /// Shape (blocks, points).
  RowMatrix of_tuple(Eigen::Index tuple) const;
};

struct GroupData {
  FitGroup group;                   ///< without fits
  std::vector<SourceRows> sources;  ///< by width
};

/// What a fit of a request is about, decided.
struct FitSubject {
  FitVariable variable;
  std::vector<Eigen::Index> columns;  ///< of the chosen tuples among all of the variable
  FitDirection direction;
  std::size_t axis;
  double leading_power;
  bool free_exponent;
};

/// @throws UsageError for a request that the scan cannot meet.
FitSubject choose_subject(const FitInput& input, const FitRequest& request);

/// Groups in the order of the file, points by width and strength. Points where no tuple has an error are left out, and those at
/// infinite width where the series vanishes; `remarks` says so. @throws UsageError if none is left.
std::vector<GroupData> read_groups(const FitInput& input, const FitRequest& request, const FitSubject& subject,
                                   std::vector<std::string>& remarks);

}  // namespace nnft
