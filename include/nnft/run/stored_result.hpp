#pragma once
/// @file The estimates of a result file, read back.

#include <vector>

#include "nnft/io/result_file.hpp"
#include "nnft/run/analysis.hpp"
#include "nnft/run/config.hpp"
#include "nnft/run/plan.hpp"

namespace nnft {

/// A result file with its config. Reads points on demand; the reader must outlive it. Not collective.
class StoredResult {
 public:
  /// @throws IoError if the file's config and its variables do not fit together.
  explicit StoredResult(const ResultReader& file);

  const Config& config() const noexcept { return config_; }
  const std::vector<ScanPoint>& points() const noexcept { return plan_.points(); }
  const SumLayout& layout() const noexcept { return plan_.sums(); }
  bool sampled() const noexcept { return sampled_; }
  /// The blocks in the whole run that the file's blocks are.
  const Plan& plan() const noexcept { return plan_; }

  /// The estimates of a scan point. Leave-one-out values that the file does not store are computed from its block sums. @throws
  /// IoError.
  PointResult point(std::size_t index) const;

 private:
  Vector row(const ScanPoint& point, const std::string& variable, Eigen::Index size) const;
  Vector correlators(const ScanPoint& point, const std::string& suffix) const;
  BlockTable block_table(const ScanPoint& point) const;

  const ResultReader& file_;
  Config config_;
  Plan plan_;
  bool sampled_;
};

}  // namespace nnft
