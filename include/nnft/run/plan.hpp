#pragma once
/// @file What a run consists of: scan points, slices and blocks, and which points are in memory together.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "nnft/parallel/partition.hpp"
#include "nnft/run/config.hpp"
#include "nnft/run/part.hpp"
#include "nnft/stats/estimator_kind.hpp"
#include "nnft/stats/sum_layout.hpp"

namespace nnft {

/// One point of the scan: an ensemble to be sampled.
struct ScanPoint {
  double width;
  std::vector<double> strengths;     ///< one for each strength axis: 0 if there is no deformation
  std::vector<std::uint64_t> place;  ///< along each scan axis, that of the widths first
  std::string name;                  ///< `width 50, strength 0.5, strength2 0`; strengths only if there is a deformation
};

/// Bytes that a rank keeps of a scan point: its place, strengths and name (twice), costs and progress, and, most of it, what HDF5
/// remembers of the chunks of its variables. 4600 were measured from 2000 points to 10000.
inline constexpr double bytes_of_scan_point = 5000.0;

/// Bytes that a rank needs at most, by use.
struct MemoryEstimate {
  double trees = 0.0;      ///< finished subtrees of the blocks it owns
  double messages = 0.0;   ///< subtrees on their way to their owners
  double analysis = 0.0;   ///< one point's blocks and leave-one-out values
  double sampler = 0.0;    ///< workspace of the kernels
  double scan = 0.0;       ///< the list of all scan points, and what the pilot learns of each
  double libraries = 0.0;  ///< MPI, HDF5, the program itself
  double total() const noexcept { return trees + messages + analysis + sampler + scan + libraries; }
};

/// The fixed structure of a run: a pure function of the config and, for the grouping only, of the number of ranks.
class Plan {
 public:
  /// @throws UsageError if the list of scan points or a single one of them does not fit run.max-memory, with the memory it would
  /// need, or if the part has fewer than two blocks.
  Plan(const Config& config, int ranks, const Part& part = {});

  const Part& part() const noexcept { return part_; }

  const MomentLayout& layout() const noexcept { return sums_.moments(); }
  /// Of the rows of sums that the moments come from.
  const SumLayout& sums() const noexcept { return sums_; }
  const std::vector<double>& widths() const noexcept { return widths_; }
  /// Values of each strength axis, of which there is at least one.
  const std::vector<std::vector<double>>& strengths() const noexcept { return strengths_; }
  /// width, strength, strength2, …: the leading dimensions of what a file holds of every scan point.
  std::vector<std::string> axes() const;
  /// Scan points, the last axis fastest.
  const std::vector<ScanPoint>& points() const noexcept { return points_; }
  /// Blocks of this part; from here on a block is a number below it.
  std::uint64_t blocks() const noexcept { return blocks_; }
  /// The number of a block in the whole run.
  std::uint64_t block_label(std::uint64_t block) const noexcept { return part_.index + block * part_.count; }
  /// The number of a slice of a block in the whole run: slices are dealt to the blocks of the whole run in turn.
  std::uint64_t slice_label(std::uint64_t block, std::uint64_t slice_of_block) const noexcept {
    return slice_of_block * all_blocks_ + block_label(block);
  }
  /// Samples in a slice.
  std::uint64_t slice() const noexcept { return slice_; }
  /// Slices of each block of each point.
  std::uint64_t slices_per_block() const noexcept { return slices_per_block_; }
  /// Networks of each point in this part, rounded up to whole rounds of blocks × slice.
  std::uint64_t networks() const noexcept { return slices_per_block_ * blocks_ * slice_; }
  /// Consecutive scan points that are worked on with their tables in memory, group after group.
  const std::vector<Range>& groups() const noexcept { return groups_; }
  /// Of the largest group.
  const MemoryEstimate& memory() const noexcept { return memory_; }
  /// Bytes of the result file, about.
  double file_bytes() const noexcept { return file_bytes_; }
  bool stores_jackknife() const noexcept { return stores_jackknife_; }

 private:
  MemoryEstimate memory_of(std::uint64_t points, int ranks) const;

  SumLayout sums_;
  EstimatorKind estimator_;
  double hidden_layer_bytes_;
  std::function<double(double blocks)> chain_bytes_;  ///< of a scan point with so many blocks of chains on a rank
  std::vector<double> widths_;
  std::vector<std::vector<double>> strengths_;
  std::vector<std::string> strength_names_;
  double ensembles_;  ///< of a family, that share their draws
  double scan_bytes_ = 0.0;
  std::vector<ScanPoint> points_;
  Part part_;
  std::uint64_t all_blocks_;
  std::uint64_t blocks_;
  std::uint64_t slice_;
  std::uint64_t slices_per_block_;
  std::vector<Range> groups_;
  MemoryEstimate memory_;
  double file_bytes_ = 0.0;
  bool stores_jackknife_ = true;
};

}  // namespace nnft
