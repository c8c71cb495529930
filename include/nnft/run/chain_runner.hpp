#pragma once
/// @file Runs the chains of the blocks that a rank owns.

#include <cstdint>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "nnft/run/block_store.hpp"
#include "nnft/run/chain_factory.hpp"
#include "nnft/run/plan.hpp"

namespace nnft {

/// One chain for each block; its slices come in order. Chains of consecutive blocks are updated together; which ones are changes
/// no number.
class ChainRunner {
 public:
  /// @param settings of each scan point.
  ChainRunner(const Plan& plan, std::shared_ptr<const ChainFactory> factory, std::vector<ChainSettings> settings);

  /// Samples slices `slices` of every block of a point that this rank owns, from where the store has them to.
  /// @param place of the point in the store. @throws IoError if the store does not end where the slices begin.
  void run(std::uint64_t point, std::uint64_t place, const Range& slices, BlockStore& store);
  /// Lets go of all chains.
  void clear() { samplers_.clear(); }

 private:
  ChainSampler& ready(std::uint64_t point, std::uint64_t place, const Range& blocks, std::uint64_t slice,
                      const BlockStore& store);

  const Plan& plan_;
  std::shared_ptr<const ChainFactory> factory_;
  std::vector<ChainSettings> settings_;
  std::map<std::pair<std::uint64_t, std::uint64_t>, std::unique_ptr<ChainSampler>> samplers_;  ///< by point and first block
};

}  // namespace nnft
