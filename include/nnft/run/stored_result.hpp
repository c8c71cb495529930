#pragma once
/// @file The correlators of a result file, read back.

#include <vector>

#include "nnft/io/result_file.hpp"
#include "nnft/run/config.hpp"
#include "nnft/run/plan.hpp"
#include "nnft/run/result_table.hpp"

namespace nnft {

/// A result file with its config. Reads points on demand; the reader must outlive it. Not collective.
class StoredResult {
 public:
  /// @throws IoError if the file's config and its variables do not fit together.
  explicit StoredResult(const ResultReader& file);

  const std::vector<ScanPoint>& points() const noexcept { return plan_.points(); }
  const MomentLayout& layout() const noexcept { return plan_.layout(); }
  /// Connected correlators of a scan point, with exact values beside sampled ones where they are known. @throws IoError.
  CorrelatorRows correlators(std::size_t point) const;

 private:
  Vector row(const ScanPoint& point, const std::string& suffix) const;
  RowMatrix leave_one_out(const ScanPoint& point) const;

  const ResultReader& file_;
  Config config_;
  Plan plan_;
};

}  // namespace nnft
