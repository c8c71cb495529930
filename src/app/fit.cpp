#include <cstdio>
#include <set>

#include "app/command.hpp"
#include "app/fit_options.hpp"
#include "nnft/run/config_values.hpp"
#include "nnft/run/provenance.hpp"
#include "nnft/run/series_file.hpp"
#include "nnft/run/series_table.hpp"

namespace nnft::app {
namespace {

/// What the root has after the fits, for the file.
struct FitOutcome {
  Schema schema;
  std::string config;
};

std::string regulators_text(const SeriesAnalysis& analysis) {
  std::set<std::string> names;
  for (const FitGroup& group : analysis.groups)
    for (const auto& [name, count] : group.regulators) names.insert(name);
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text.empty() ? regulator_text({}) : text;
}

TextPairs attributes(const ResultReader& file, const SeriesAnalysis& analysis) {
  const std::string directions[] = {"width", "strength", "both"};
  return {{"nnft_format", result_format_version},
          {"title", "Series in 1/N and in the strength of deformations, fitted to correlators of neural network ensembles"},
          {"kind", "fit"},
          {"estimator", file.attribute("estimator")},
          {"architecture", file.attribute("architecture")},
          {"variable", analysis.variable.name},
          {"fitted_in", directions[static_cast<std::size_t>(analysis.direction)]},
          {"leading_power", analysis.free_exponent ? "free" : shortest_text(analysis.models.front().series.leading_power)},
          {"strength_axis", analysis.axis},
          {"regulator", regulators_text(analysis)}};
}

FitOutcome fit_file(const std::string& path, const FitCommand& command) {
  const ResultReader file(path);
  const StoredResult stored(file);
  const SeriesAnalysis analysis = analyse_series(fit_input(stored), command.request);
  std::printf("%s: %s", path.c_str(), series_table(analysis, command.length, command.points).c_str());
  FitOutcome outcome;
  if (command.output.empty()) return outcome;
  outcome.config = file.provenance("config");
  outcome.schema = series_schema(analysis);
  outcome.schema.attributes = attributes(file, analysis);
  outcome.schema.provenance = {{"fitted_file", path},
                               {"fitted_command", file.provenance("command")},
                               {"fitted_end", file.provenance("end")},
                               {"fitted_git_revision", file.provenance("git_revision")}};
  return outcome;
}

void write_file(const Communicator& comm, FitOutcome outcome, const std::string& output, const std::string& command) {
  const Config config = parse_recorded_config(comm.broadcast(outcome.config), output);
  TextPairs provenance = start_provenance(comm, config, SimdPath::generic, command);
  provenance.insert(provenance.end(), outcome.schema.provenance.begin(), outcome.schema.provenance.end());
  outcome.schema.provenance = std::move(provenance);
  // Everything is in the root's schema; the others have nothing to write.
  ResultWriter writer(comm, output, comm.root() ? outcome.schema : Schema{});
  writer.commit({{"end", utc_now()}});
}

}  // namespace

ExitCode fit(const Communicator& comm, const std::vector<std::string>& words) {
  const FitCommand command = parse_fit_command(words);
  if (!command.output.empty()) require_output(comm, command.output, command.fresh, {command.file});
  FitOutcome outcome;
  run_on_root(comm, "nnft fit: " + command.file, [&] { outcome = fit_file(command.file, command); });
  if (command.output.empty()) return ExitCode::done;
  write_file(comm, std::move(outcome), command.output, command.whole);
  if (comm.root()) std::printf("\nwritten to %s\n", command.output.c_str());
  return ExitCode::done;
}

}  // namespace nnft::app
