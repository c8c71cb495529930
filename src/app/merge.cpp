#include "nnft/run/merge.hpp"

#include <cstdio>

#include "app/command.hpp"

namespace nnft::app {

ExitCode merge(const Communicator& comm, const std::vector<std::string>& words) {
  const Arguments arguments = parse_arguments(words, {{"--fresh", "--partial"}, {}});
  const bool output_only = arguments.overrides.size() == 1 && arguments.overrides.front().first == "run.output";
  if (!output_only || arguments.positional.empty()) throw UsageError("nnft merge: expected -o OUTPUT and result files to merge");
  const std::string output = arguments.overrides.front().second;
  const MergeKind kind = arguments.flags.contains("--partial") ? MergeKind::partial : MergeKind::complete;
  require_output(comm, output, arguments.flags.contains("--fresh"), arguments.positional);
  const std::string tables = merge_results(comm, arguments.positional, output, kind, arguments.whole);
  if (comm.root()) std::printf("%swritten to %s\n", tables.c_str(), output.c_str());
  return ExitCode::done;
}

}  // namespace nnft::app
