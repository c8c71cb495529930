#include <cstdio>

#include "app/command.hpp"
#include "nnft/core/format.hpp"
#include "nnft/run/provenance.hpp"
#include "nnft/run/simulation.hpp"

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
  std::fprintf(stderr, "memory per rank at most %s in %zu round%s, file about %s\n", format_bytes(plan.memory().total()).c_str(),
               plan.groups().size(), plan.groups().size() == 1 ? "" : "s", format_bytes(plan.file_bytes()).c_str());
}

}  // namespace

ExitCode sample(const Communicator& comm, const std::vector<std::string>& words) {
  const Arguments arguments = parse_arguments(words, {"--fresh"});
  if (arguments.positional.size() != 1)
    throw UsageError("nnft sample: expected one config file, got " + std::to_string(arguments.positional.size()));
  const Config config = load_config_everywhere(comm, arguments.positional.front(), arguments.overrides);
  require_absent(comm, config.run.output, arguments.flags.contains("--fresh"));
  const SimdPath path = agree_on_simd_path(comm, config.run.simd);
  Simulation simulation(comm, config, path);
  print_header(comm, config, simulation.plan(), path);
  const std::string tables = simulation.run(arguments.whole);
  if (comm.root()) std::printf("%swritten to %s\n", tables.c_str(), config.run.output.c_str());
  return ExitCode::done;
}

}  // namespace nnft::app
