#pragma once
/// @file From INI lines and command-line options to the text of each key and where it was given.

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "nnft/run/config.hpp"
#include "nnft/run/config_problems.hpp"

namespace nnft {

/// The text of one key, trimmed, not yet converted.
struct GivenValue {
  std::string text;
  Origin origin;
};

/// What a file or a command line gives.
struct GivenValues {
  std::map<std::string, GivenValue, std::less<>> values;  ///< by section.key; known keys only
  std::set<std::string, std::less<>> misspelt;            ///< keys that wrong lines were probably meant to give
};

/// Reads the lines of an INI text; everything that is not a section, a comment or a known key given once is a problem.
/// @throws UsageError with the problems so far where the text turns out not to be a config: binary, or a thousand problems.
GivenValues read_ini(std::string_view text, ProblemList& problems);

/// Reads command-line options; an unknown key and a key given twice are problems. Names are not completed.
GivenValues read_overrides(const std::vector<Override>& overrides, ProblemList& problems);

}  // namespace nnft
