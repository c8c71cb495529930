#pragma once
/// @file The command line of `nnft action`.

#include <string>
#include <vector>

#include "nnft/run/action_analysis.hpp"
#include "nnft/run/result_table.hpp"

namespace nnft::app {

struct ActionCommand {
  std::string file;    ///< empty: only diagrams are wanted
  std::string output;  ///< empty: none
  std::string whole;   ///< the whole command line, for provenance
  ActionRequest request;
  std::vector<std::vector<int>> densities;  ///< sites, or pairs of sites, for Edgeworth series
  bool diagrams = false;
  std::string pictures;  ///< directory; empty: none
  TableLength length = TableLength::summary;
  bool fresh = false;
};

/// @throws UsageError with everything that is wrong.
ActionCommand parse_action_command(const std::vector<std::string>& words);

}  // namespace nnft::app
