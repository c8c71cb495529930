#pragma once
/// @file The limit of infinite width that a file of fits in 1/N holds.

#include <string>
#include <vector>

#include "nnft/io/result_file.hpp"
#include "nnft/run/config.hpp"
#include "nnft/stats/comparison.hpp"

namespace nnft {

/// Coefficients of N^0 of the likeliest series, taken over all tuples together.
struct InfiniteWidthLimit {
  Config config;                         ///< of the run that was fitted
  int order;                             ///< of the correlator: 4 for G4c
  std::string series;                    ///< which one: `order 2, 0 widths left out`
  std::vector<std::vector<int>> tuples;  ///< sites of each
  struct Group {
    std::vector<double> strengths;  ///< that were held fixed
    QuantityBlock limit;            ///< shape (tuples); leave-one-out rows if the file has them
  };
  std::vector<Group> groups;
};

/// @throws IoError if the file is not one of fits; UsageError if it is one in the strength, of something else than connected
/// correlators, or of a series that does not begin at N^0.
InfiniteWidthLimit infinite_width_limit(const ResultReader& file);

}  // namespace nnft
