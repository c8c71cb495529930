#pragma once
/// @file The subcommands of the program and the arguments they share.

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "nnft/core/error.hpp"
#include "nnft/parallel/communicator.hpp"
#include "nnft/run/config.hpp"

namespace nnft::app {

/// A command line after the subcommand's name.
struct Arguments {
  std::string whole;                           ///< the whole command line, for provenance
  std::vector<std::string> positional;         ///< files
  std::vector<Override> overrides;             ///< --section.key=value, and -o FILE as run.output
  std::set<std::string> flags;                 ///< --flag
  std::map<std::string, std::string> options;  ///< --option VALUE or --option=VALUE, by name with the dashes
};

/// What a subcommand understands besides --section.key=value and -o FILE.
struct KnownWords {
  std::set<std::string> flags;
  std::set<std::string> options;  ///< with a value
};

/// Sorts the words of a command line. @throws UsageError for every word that is malformed or not known.
Arguments parse_arguments(const std::vector<std::string>& words, const KnownWords& known);

/// The config at `path` on every rank: read and checked on the root only. Collective. @throws UsageError on every rank.
Config load_config_everywhere(const Communicator& comm, const std::string& path, const std::vector<Override>& overrides);

/// Where a result may go: refuses an existing file unless `fresh`, a file that is read whatever `fresh` is, and a directory that
/// is not there or not writable, before anything is computed. Collective. @param inputs the files that are read.
/// @throws UsageError, or IoError for the directory, on every rank.
void require_output(const Communicator& comm, const std::string& path, bool fresh, const std::vector<std::string>& inputs);

/// `work` on the root; what it throws is everybody's, with its exit code. Collective.
/// @param about comes before the message of a UsageError. @throws UsageError or IoError on every rank.
void run_on_root(const Communicator& comm, const std::string& about, const std::function<void()>& work);

ExitCode sample(const Communicator& comm, const std::vector<std::string>& words);
ExitCode exact(const Communicator& comm, const std::vector<std::string>& words);
ExitCode merge(const Communicator& comm, const std::vector<std::string>& words);
ExitCode compare(const Communicator& comm, const std::vector<std::string>& words);
ExitCode fit(const Communicator& comm, const std::vector<std::string>& words);
ExitCode action(const Communicator& comm, const std::vector<std::string>& words);
ExitCode correlators(const Communicator& comm, const std::vector<std::string>& words);
ExitCode show(const Communicator& comm, const std::vector<std::string>& words);

}  // namespace nnft::app
