#include <cstdio>
#include <numeric>
#include <optional>

#include "app/command.hpp"
#include "nnft/parallel/agreement.hpp"
#include "nnft/run/ensemble_factory.hpp"
#include "nnft/run/stored_result.hpp"

namespace nnft::app {
namespace {

void print_provenance(const ResultReader& file) {
  std::printf("provenance\n");
  for (const auto& [name, value] : file.provenance()) {
    if (value.find('\n') == std::string::npos) {
      std::printf("  %-16s %s\n", name.c_str(), value.c_str());
      continue;
    }
    std::printf("  %s\n    ", name.c_str());
    for (std::size_t k = 0; k < value.size(); ++k) {
      std::putchar(value[k]);
      if (value[k] == '\n' && k + 1 < value.size()) std::printf("    ");
    }
    if (value.back() != '\n') std::putchar('\n');
  }
  std::printf("\n");
}

void print_file(const std::string& path, const Arguments& arguments) {
  const ResultReader file(path);
  if (arguments.flags.contains("--digest")) {
    std::printf("%s  %s\n", file.digest().c_str(), path.c_str());
    return;
  }
  std::printf("%s: %s, architecture %s, estimator %s\n\n", path.c_str(), file.attribute("kind").c_str(),
              file.attribute("architecture").c_str(), file.attribute("estimator").c_str());
  print_provenance(file);
  const StoredResult stored(file);
  const TableLength length = arguments.flags.contains("--all") ? TableLength::all : TableLength::summary;
  for (std::size_t point = 0; point < stored.points().size(); ++point)
    std::printf("%s\n", result_table(stored.correlators(point), stored.layout(), length).c_str());
}

}  // namespace

ExitCode show(const Communicator& comm, const std::vector<std::string>& words) {
  const Arguments arguments = parse_arguments(words, {"--all", "--digest"});
  if (arguments.positional.empty() || !arguments.overrides.empty())
    throw UsageError("nnft show: expected result files, with --digest or --all");
  run_agreed<IoError>(comm, [&] {
    if (comm.root())
      for (const std::string& path : arguments.positional) print_file(path, arguments);
  });
  return ExitCode::done;
}

}  // namespace nnft::app
