#include <cstdio>
#include <optional>

#include "app/action_options.hpp"
#include "app/command.hpp"
#include "app/graphviz.hpp"
#include "nnft/action/diagram_text.hpp"
#include "nnft/parallel/agreement.hpp"
#include "nnft/run/action_file.hpp"
#include "nnft/run/action_table.hpp"
#include "nnft/run/config_values.hpp"
#include "nnft/run/field_density.hpp"
#include "nnft/run/provenance.hpp"

namespace nnft::app {
namespace {

constexpr int order_without_file = 2;

/// Lists diagrams, and draws them if a directory is given. Collective.
void show_diagrams(const Communicator& comm, const std::vector<Diagram>& diagrams, const ActionCommand& command) {
  const bool derivatives = command.request.expansion == ActionExpansion::strength;
  std::string pictures;
  run_agreed<IoError>(comm, [&] {
    if (comm.root() && !command.pictures.empty()) pictures = draw_diagrams(diagrams, derivatives, command.pictures);
  });
  if (!comm.root()) return;
  std::printf("%s", diagram_table(diagrams, derivatives).c_str());
  if (!pictures.empty()) std::printf("%s\n", pictures.c_str());
  std::printf("\n");
}

std::vector<Diagram> diagrams_without_file(const ActionRequest& request) {
  if (request.expansion == ActionExpansion::strength) throw UsageError("nnft action: --in strength: expected with a result file");
  const int order = request.order.value_or(order_without_file);
  return diagrams_to_order(width_vertices(order), order);
}

/// A result file that every rank has open.
struct OpenResult {
  ResultReader file;
  StoredResult stored;
  explicit OpenResult(const std::string& path) : file(path), stored(file) {}
};

/// Collective. @param densities nothing if none are asked for.
void write_action(const Communicator& comm, const OpenResult& result, const ActionCommand& command, const ActionSubject& subject,
                  const std::vector<PointAction>& actions, const std::optional<FieldDensities>& densities) {
  std::optional<Config> config;
  run_agreed<IoError>(comm, [&] { config = parse_recorded_config(result.file.provenance("config"), command.file); });
  const TextPairs start = start_provenance(comm, *config, SimdPath::generic, command.whole);
  // Everything is in the root's schema; the others have nothing to write.
  Schema schema;
  run_on_root(comm, "nnft action: " + command.file, [&] {
    schema = action_schema(result.file, result.stored, subject, actions);
    if (densities) add_densities(schema, result.stored, *densities);
    schema.provenance = start;
    for (const char* name : {"command", "end", "git_revision"})
      schema.provenance.emplace_back(std::string("source_") + name, result.file.provenance(name));
    schema.provenance.emplace_back("source_file", command.file);
  });
  ResultWriter writer(comm, command.output, schema);
  writer.commit({{"end", utc_now()}});
  if (comm.root()) std::printf("\nwritten to %s\n", command.output.c_str());
}

/// Whether any scan point has couplings.
bool any_couplings(const std::vector<PointAction>& actions) {
  return std::ranges::any_of(actions, [](const PointAction& action) { return action.failure.empty(); });
}

}  // namespace

ExitCode action(const Communicator& comm, const std::vector<std::string>& words) {
  const ActionCommand command = parse_action_command(words);
  if (command.file.empty()) {
    show_diagrams(comm, diagrams_without_file(command.request), command);
    return ExitCode::done;
  }
  if (!command.output.empty()) require_output(comm, command.output, command.fresh, {command.file});
  std::optional<OpenResult> result;
  run_agreed<IoError>(comm, [&] { result.emplace(command.file); });
  std::optional<ActionSubject> subject;
  std::vector<std::vector<int>> entries;
  run_agreed<UsageError>(comm, [&] {
    try {
      subject = action_subject(result->stored.plan(), command.request);
      if (!command.densities.empty()) entries = density_entries(result->stored, *subject, command.densities);
    } catch (const UsageError& error) {
      throw UsageError("nnft action: " + command.file + ": " + error.what());
    }
  });
  if (command.diagrams) show_diagrams(comm, action_diagrams(*subject), command);
  const std::vector<PointAction> actions = analyse_action(comm, result->stored, *subject);
  if (comm.root())
    std::printf("%s: %s", command.file.c_str(), action_table(result->stored, *subject, actions, command.length).c_str());
  std::optional<FieldDensities> densities;
  if (!entries.empty()) {
    densities = field_densities(comm, result->stored, *subject, entries);
    if (comm.root()) std::printf("%s", density_table(result->stored, *subject, *densities).c_str());
  }
  if (!any_couplings(actions))
    throw IoError(command.file + ": no scan point has couplings: " + actions.front().failure +
                  "; fewer sites (--sites) or, where G2c is singular, --modes-above or --noise may help");
  if (command.output.empty()) return ExitCode::done;
  write_action(comm, *result, command, *subject, actions, densities);
  return ExitCode::done;
}

}  // namespace nnft::app
