#pragma once
/// @file The subcommands of the program and the arguments they share.

#include <set>
#include <string>
#include <vector>

#include "nnft/core/error.hpp"
#include "nnft/parallel/communicator.hpp"
#include "nnft/run/config.hpp"

namespace nnft::app {

/// A command line after the subcommand's name.
struct Arguments {
  std::string whole;                    ///< the whole command line, for provenance
  std::vector<std::string> positional;  ///< files
  std::vector<Override> overrides;      ///< --section.key=value, and -o FILE as run.output
  std::set<std::string> flags;          ///< --flag
};

/// Sorts the words of a command line. @throws UsageError for a malformed word or a flag that is not in `known_flags`.
Arguments parse_arguments(const std::vector<std::string>& words, const std::set<std::string>& known_flags);

/// The config at `path` on every rank: read and checked on the root only. Collective. @throws UsageError on every rank.
Config load_config_everywhere(const Communicator& comm, const std::string& path, const std::vector<Override>& overrides);

/// Refuses to overwrite an existing file unless `fresh`. Collective. @throws UsageError on every rank.
void require_absent(const Communicator& comm, const std::string& path, bool fresh);

ExitCode sample(const Communicator& comm, const std::vector<std::string>& words);
ExitCode exact(const Communicator& comm, const std::vector<std::string>& words);
ExitCode show(const Communicator& comm, const std::vector<std::string>& words);

}  // namespace nnft::app
