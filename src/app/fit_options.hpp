#pragma once
/// @file The command line of `nnft fit`.

#include <string>
#include <vector>

#include "nnft/run/series_analysis.hpp"
#include "nnft/run/series_table.hpp"

namespace nnft::app {

struct FitCommand {
  std::string file;
  std::string output;  ///< empty: none
  std::string whole;   ///< the whole command line, for provenance
  FitRequest request;
  TableLength length = TableLength::summary;
  PointTable points = PointTable::none;
  bool fresh = false;
};

/// @throws UsageError with everything that is wrong.
FitCommand parse_fit_command(const std::vector<std::string>& words);

}  // namespace nnft::app
