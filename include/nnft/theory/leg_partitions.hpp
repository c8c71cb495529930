#pragma once
/// @file How the legs of correlators are dealt to independent neurons.

#include <vector>

#include "nnft/stats/moment_layout.hpp"

namespace nnft {

/// The set partitions of the legs of every tuple of a layout, those that are alike once. Blocks may be of odd size.
struct LegPartitions {
  struct Term {
    double count;             ///< how many partitions are alike
    std::vector<int> blocks;  ///< indices into `blocks`
  };
  std::vector<std::vector<int>> blocks;  ///< sorted sites
  std::vector<std::vector<Term>> rows;   ///< of each tuple, in the order of a row of the layout
};

LegPartitions leg_partitions(const MomentLayout& layout);

}  // namespace nnft
