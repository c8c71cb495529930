#pragma once
/// @file The command line of `nnft correlators`.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "nnft/run/action_correlators.hpp"
#include "nnft/run/result_table.hpp"

namespace nnft::app {

struct CorrelatorsCommand {
  std::string file;
  std::string output;  ///< empty: none
  std::string whole;   ///< the whole command line, for provenance
  std::optional<std::uint64_t> draws;
  std::optional<int> order;        ///< nothing: all that the file has
  std::optional<double> strength;  ///< of the axis that the file expands in
  std::vector<int> measured;       ///< orders of correlators; empty: those of the file
  std::uint64_t blocks = 128;
  std::uint64_t seed = 1;
  TableLength length = TableLength::summary;
  bool fresh = false;
};

/// @throws UsageError with everything that is wrong.
CorrelatorsCommand parse_correlators_command(const std::vector<std::string>& words);

/// What to draw, with what the command leaves to the file. @throws UsageError where the file has no such order or expansion.
DrawRequest draw_request(const CorrelatorsCommand& command, const StoredAction& stored);

}  // namespace nnft::app
