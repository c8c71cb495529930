#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <map>
#include <optional>

#include "app/command.hpp"
#include "nnft/core/format.hpp"
#include "nnft/io/job_lock.hpp"
#include "nnft/parallel/agreement.hpp"
#include "nnft/run/checkpoint_file.hpp"
#include "nnft/run/exact_values.hpp"
#include "nnft/run/result_table.hpp"
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

/// What one file of OUTPUT.part says.
struct SavedWork {
  CheckpointSource source;
  std::string saved, ranks, seconds_left, config;
  Part part;
};

std::optional<SavedWork> read_saved_work(const std::string& path) try {
  const ResultReader file(path);
  return SavedWork{inspect_checkpoint(path, 0, 1),  file.provenance("saved"),  file.provenance("ranks"),
                   file.provenance("seconds_left"), file.provenance("config"), part_of(file)};
} catch (const IoError& error) {
  std::printf("  passed over: %s\n", error.what());
  return std::nullopt;
}

/// What the files of OUTPUT.part say of an unfinished run: networks done, pace, time left.
void print_progress(const std::string& directory) {
  const std::optional<std::string> holder = JobLock::holder(directory);
  std::printf("%s: a run that is not complete, %s\n", directory.c_str(),
              holder ? ("running now (" + *holder + ")").c_str() : "not running");
  std::optional<SavedWork> newest;
  std::map<std::uint64_t, std::uint64_t> slices_done;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    if (entry.path().extension() != ".h5") continue;
    std::optional<SavedWork> work = read_saved_work(entry.path().string());
    if (!work) continue;
    for (std::uint64_t p = work->source.points.begin; p < work->source.points.end; ++p)
      slices_done[p] = std::max(slices_done[p], work->source.done[p - work->source.points.begin]);
    if (!newest || newest->source.core_seconds < work->source.core_seconds) newest = std::move(work);
  }
  if (!newest) {
    std::printf("  nothing is saved yet\n");
    return;
  }
  Config config = parse_recorded_config(newest->config, directory);
  config.run.max_memory = std::numeric_limits<std::uint64_t>::max();
  const Plan plan(config, 1, newest->part);
  const auto target = static_cast<double>(plan.networks());
  double all = 0.0;
  for (std::uint64_t p = 0; p < plan.points().size(); ++p) {
    const auto networks = static_cast<double>(slices_done[p] * plan.slice());
    all += networks;
    std::printf("  %-14s %.0f of %.0f networks (%.1f %%)\n", plan.points()[p].name.c_str(), networks, target,
                100.0 * networks / target);
  }
  std::printf("  in all %.1f %% of the networks; saved %s on %s ranks after %.4g core-hours, about %s were left then\n",
              100.0 * all / (target * static_cast<double>(plan.points().size())), newest->saved.c_str(), newest->ranks.c_str(),
              newest->source.core_seconds / 3600.0, format_duration(std::atof(newest->seconds_left.c_str())).c_str());
}

std::optional<ExactValues> exact_beside(const StoredResult& stored, std::size_t point) {
  if (!stored.sampled()) return std::nullopt;
  return known_exact_values(stored.config(), stored.points()[point], stored.layout());
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
  const std::string kind = file.attribute("kind");
  if (kind == "correlators")
    std::printf("%s: correlators of an action, by %s\n\n", path.c_str(), file.attribute("method").c_str());
  else
    std::printf("%s: %s, architecture %s, estimator %s\n\n", path.c_str(), kind.c_str(), file.attribute("architecture").c_str(),
                file.attribute("estimator").c_str());
  print_provenance(file);
  if (kind != "sample" && kind != "exact") {
    std::printf("of kind %s; its tables are what the command above prints\n", kind.c_str());
    return;
  }
  const StoredResult stored(file);
  const TableLength length = arguments.flags.contains("--all") ? TableLength::all : TableLength::summary;
  for (std::size_t point = 0; point < stored.points().size(); ++point)
    std::printf("%s\n", result_table(stored.point(point), exact_beside(stored, point), stored.layout(), length).c_str());
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
