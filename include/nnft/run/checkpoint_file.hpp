#pragma once
/// @file One file of finished subtrees: how it is written collectively, checked, and read by whoever owns the blocks.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "nnft/core/simd_path.hpp"
#include "nnft/io/result_file.hpp"
#include "nnft/parallel/communicator.hpp"
#include "nnft/run/block_store.hpp"
#include "nnft/run/config.hpp"
#include "nnft/run/part.hpp"
#include "nnft/stats/sum_layout.hpp"
#include "nnft/stats/sum_tree.hpp"

namespace nnft {

/// What a checkpoint says of itself.
struct CheckpointHeader {
  Range points;
  std::vector<std::uint64_t> done;  ///< for each of its scan points how many slices u are done
  std::uint64_t sequence;           ///< of a running round; higher is newer
  SimdPath simd;
  std::string identity;
  Part part;
  std::string config;   ///< resolved, for people and for `nnft show`
  double seconds_left;  ///< that the run expected to need when this was saved
  double core_seconds;  ///< that the run had taken, sessions before included
};

/// A file that subtrees can be read from: a checkpoint, or a finished result whose run is extended.
struct CheckpointSource {
  std::string path;
  std::uint64_t blocks = 0;
  Range points{0, 0};
  std::vector<std::uint64_t> done;
  std::uint64_t sequence = 0;
  bool result = false;
  std::string simd;
  std::string identity;
  double core_seconds = 0.0;
};

/// Config::identity, and which part of the run it is.
std::string identity_of_part(const Config& config, const Part& part);

/// The part of a run that a result file holds. @throws IoError.
Part part_of(const ResultReader& file);

/// Writes the subtrees of a store of scan points `header.points`. Collective. @throws IoError.
void write_checkpoint(const Communicator& comm, const std::string& path, const CheckpointHeader& header, const BlockStore& store);

/// Reads this rank's share of all data, so that every checksum is verified by some rank. Not collective. @throws IoError.
void validate_checkpoint(const std::string& path, int rank, int ranks);

/// What a checkpoint or result says of itself. Not collective. @throws IoError if it is neither or its header is damaged.
CheckpointSource inspect_checkpoint(const std::string& path, std::uint64_t blocks, std::uint64_t slice);

/// The subtrees of blocks `owned` of one scan point, with their blocks. Not collective. @throws IoError.
std::vector<std::pair<std::uint64_t, SumNode>> read_subtrees(const CheckpointSource& source, const SumLayout& layout,
                                                             std::uint64_t point, const Range& owned);

}  // namespace nnft
