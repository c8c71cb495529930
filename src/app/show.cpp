#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <limits>

#include "app/command.hpp"
#include "nnft/core/format.hpp"
#include "nnft/parallel/agreement.hpp"
#include "nnft/run/checkpoint_file.hpp"
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

/// What the files of OUTPUT.part say of an unfinished run.
void print_progress(const std::string& directory) {
  std::printf("%s: a run that is not complete\n", directory.c_str());
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(directory))
    if (entry.path().extension() == ".h5") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  if (files.empty()) std::printf("  nothing is saved yet\n");
  for (const std::filesystem::path& path : files) {
    const ResultReader file(path.string());
    Config config = parse_config(file.provenance("config"), path.string(), {});
    config.run.max_memory = std::numeric_limits<std::uint64_t>::max();
    const Plan plan(config, 1, part_of(file));
    const CheckpointSource source = inspect_checkpoint(path.string(), 0, static_cast<std::uint64_t>(config.run.slice));
    std::printf("  %s: saved %s on %s ranks, then about %s left\n", path.filename().c_str(), file.provenance("saved").c_str(),
                file.provenance("ranks").c_str(), format_duration(std::atof(file.provenance("seconds_left").c_str())).c_str());
    for (std::uint64_t p = source.points.begin; p < source.points.end; ++p)
      std::printf(
          "    width %g: %llu of %llu networks\n", config.field.widths.at(p),
          static_cast<unsigned long long>(source.done[p - source.points.begin] * static_cast<std::uint64_t>(config.run.slice)),
          static_cast<unsigned long long>(plan.networks()));
  }
}

void print_file(const std::string& path, const Arguments& arguments) {
  const bool unfinished = !std::filesystem::exists(path) && std::filesystem::is_directory(path + ".part");
  if (unfinished || (path.ends_with(".part") && std::filesystem::is_directory(path)))
    return print_progress(unfinished ? path + ".part" : path);
  const ResultReader file(path);
  const auto provenance = file.provenance();
  if (std::none_of(provenance.begin(), provenance.end(), [](const auto& entry) { return entry.first == "end"; }))
    throw IoError(path + ": is not a complete result: its provenance has no end");
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
  const Arguments arguments = parse_arguments(words, {{"--all", "--digest"}, {}});
  if (arguments.positional.empty() || !arguments.overrides.empty())
    throw UsageError("nnft show: expected result files, with --digest or --all");
  run_agreed<IoError>(comm, [&] {
    if (comm.root())
      for (const std::string& path : arguments.positional) print_file(path, arguments);
  });
  return ExitCode::done;
}

}  // namespace nnft::app
