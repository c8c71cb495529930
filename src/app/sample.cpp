#include <cstdio>

#include "app/command.hpp"
#include "app/dry_run.hpp"
#include "nnft/core/format.hpp"
#include "nnft/io/publish.hpp"
#include "nnft/parallel/agreement.hpp"
#include "nnft/run/config_values.hpp"
#include "nnft/run/network_dump.hpp"
#include "nnft/run/operator_values.hpp"
#include "nnft/run/provenance.hpp"
#include "nnft/run/simulation.hpp"
#include "nnft/run/source_check.hpp"

namespace nnft::app {
namespace {

void print_header(const Communicator& comm, const Config& config, const Plan& plan, SimdPath path) {
  if (!comm.root()) return;
  std::fprintf(stderr, "%s on %d rank%s, %s kernels\n", program_version().c_str(), comm.size(), comm.size() == 1 ? "" : "s",
               std::string(to_string(path)).c_str());
  std::fprintf(stderr, "%s, %s estimator: %zu scan point%s x %llu networks, %d sites, %d moments in %llu blocks\n",
               config.field.architecture.c_str(), std::string(to_string(config.measure.estimator)).c_str(), plan.points().size(),
               plan.points().size() == 1 ? "" : "s", static_cast<unsigned long long>(plan.networks()), plan.layout().sites(),
               plan.layout().size(), static_cast<unsigned long long>(plan.blocks()));
  if (config.has_field_operator() && config.field.architecture == "free-scalar" &&
      config.field_operator.nodes < config.field.cutoff * config.field_operator.box)
    std::fprintf(stderr, "note: %d nodes in each direction are fewer than cutoff x box = %g: they miss momenta of the field\n",
                 config.field_operator.nodes, config.field.cutoff * config.field_operator.box);
  std::fprintf(stderr, "memory per rank at most %s in %zu round%s, file about %s\n", format_bytes(plan.memory().total()).c_str(),
               plan.groups().size(), plan.groups().size() == 1 ? "" : "s", format_bytes(plan.file_bytes()).c_str());
}

/// Whether OUTPUT holds all networks that the config asks for. @throws UsageError if it holds more.
bool complete_already(const Checkpoint& saved, const Plan& plan, const std::string& output) {
  const std::uint64_t target = plan.blocks() * plan.slices_per_block();
  for (const std::uint64_t done : saved.slices_done())
    if (done > target)
      throw UsageError("run.networks: expected at least " + std::to_string(done * plan.slice()) + ", which " + output +
                       " or its checkpoints hold already, got " + std::to_string(plan.networks()) + "; --fresh starts over");
  return saved.result_holds(target);
}

/// Writes OUTPUT.networks.json instead of sampling.
void dump_networks(const Communicator& comm, const Config& config, const Plan& plan, const std::string& text) {
  if (config.has_field_operator())
    throw UsageError("--dump-networks: expected deformation.kind other than field-operator, whose networks are drawn by chains");
  int count = 0;
  if (!read_whole(text, {1, 1'000'000}, count).empty())
    throw UsageError("--dump-networks: expected a whole number from 1 to 1000000, got '" + text + "'");
  const SimdPath path = agree_on_simd_path(comm, config.run.simd);
  const std::string name = config.run.output + ".networks.json";
  std::string json;
  run_agreed<UsageError>(comm, [&] {
    if (comm.root()) json = networks_as_json(config, plan, path, count);
  });
  run_agreed<IoError>(comm, [&] {
    if (comm.root()) write_text_file(name, json);
  });
  if (comm.root()) std::printf("written to %s\n", name.c_str());
}

}  // namespace

ExitCode sample(const Communicator& comm, const std::vector<std::string>& words) {
  const Arguments arguments = parse_arguments(words, {{"--dry-run", "--fresh"}, {"--part", "--dump-networks"}});
  if (arguments.positional.size() != 1)
    throw UsageError("nnft sample: expected one config file, got " + std::to_string(arguments.positional.size()));
  const Config config = load_config_everywhere(comm, arguments.positional.front(), arguments.overrides);
  const Part part = arguments.options.contains("--part") ? parse_part(arguments.options.at("--part")) : Part{};
  const Plan plan(config, comm.size(), part);
  require_finite_sources(config, plan);
  require_normalisable(config, plan);
  if (arguments.flags.contains("--dry-run")) {
    dry_run(comm, config, plan, agree_on_simd_path(comm, config.run.simd));
    return ExitCode::done;
  }
  if (arguments.options.contains("--dump-networks")) {
    dump_networks(comm, config, plan, arguments.options.at("--dump-networks"));
    return ExitCode::done;
  }
  const StopSignal stop(config.run.output + ".STOP", config.run.max_walltime);
  Checkpoint saved(comm, config, plan,
                   arguments.flags.contains("--fresh") ? Checkpoint::Start::fresh : Checkpoint::Start::resume);
  const SimdPath path = agree_on_simd_path(
      comm, config.run.simd == "auto" && saved.simd_path() ? std::string(to_string(*saved.simd_path())) : config.run.simd);
  if (saved.simd_path() && *saved.simd_path() != path)
    throw UsageError("run.simd: expected " + std::string(to_string(*saved.simd_path())) + ", with which this run began, got " +
                     config.run.simd + "; --fresh starts over");
  if (complete_already(saved, plan, config.run.output)) {
    saved.clear();
    if (comm.root())
      std::printf("%s is complete already; nnft show prints it, more run.networks extend it\n", config.run.output.c_str());
    return ExitCode::done;
  }
  Simulation simulation(comm, config, path, part);
  print_header(comm, config, simulation.plan(), path);
  const RunOutcome outcome = simulation.run(arguments.whole, saved, stop);
  if (!outcome.stopped_by.empty()) {
    if (comm.root())
      std::fprintf(stderr, "nnft: stopped because of %s; everything is saved in %s.part: run the same command again\n",
                   outcome.stopped_by.c_str(), config.run.output.c_str());
    return ExitCode::stopped;
  }
  if (comm.root()) std::printf("%swritten to %s\n", outcome.tables.c_str(), config.run.output.c_str());
  return ExitCode::done;
}

}  // namespace nnft::app
