#include <chrono>
#include <cstdio>
#include <optional>

#include "app/command.hpp"
#include "nnft/parallel/job_abort.hpp"
#include "nnft/run/ensemble_factory.hpp"
#include "nnft/run/provenance.hpp"
#include "nnft/run/result_layout.hpp"
#include "nnft/run/result_table.hpp"
#include "nnft/theory/one_neuron.hpp"

namespace nnft::app {
namespace {

ExactPoint exact_point(const Config& config, const ScanPoint& point, const MomentLayout& layout) {
  const std::optional<Vector> connected = exact_connected(config, point, layout);
  if (!connected) throw UsageError("nnft exact: no exact correlators are known for architecture " + config.field.architecture);
  return {point, *connected, full_from_connected(layout, *connected)};
}

std::string table_text(const ExactPoint& exact, const MomentLayout& layout) {
  const CorrelatorRows rows{exact.point, 0, exact.connected, Vector::Zero(layout.size()), RowMatrix(), std::nullopt};
  return result_table(rows, layout, TableLength::summary) + "\n";
}

}  // namespace

ExitCode exact(const Communicator& comm, const std::vector<std::string>& words) {
  const auto begin = std::chrono::steady_clock::now();
  const Arguments arguments = parse_arguments(words, {{"--fresh"}, {}});
  if (arguments.positional.size() != 1)
    throw UsageError("nnft exact: expected one config file, got " + std::to_string(arguments.positional.size()));
  const Config config = load_config_everywhere(comm, arguments.positional.front(), arguments.overrides);
  require_absent(comm, config.run.output, arguments.flags.contains("--fresh"));
  const Plan plan(config, comm.size());
  ResultWriter writer(
      comm, config.run.output,
      result_schema(config, plan, ResultKind::exact, start_provenance(comm, config, SimdPath::generic, arguments.whole)));
  end_job_on_lone_failure(comm, [&] {
    const auto ranks = static_cast<std::uint64_t>(comm.size());
    const auto rank = static_cast<std::uint64_t>(comm.rank());
    for (std::uint64_t wave = 0; wave * ranks < plan.points().size(); ++wave) {
      std::optional<ExactPoint> point;
      if (wave * ranks + rank < plan.points().size())
        point = exact_point(config, plan.points()[wave * ranks + rank], plan.layout());
      write_exact(writer, plan, point ? &*point : nullptr);
      for (const std::string& text : comm.gather(point ? table_text(*point, plan.layout()) : "")) std::printf("%s", text.c_str());
    }
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - begin;
    writer.commit(end_provenance(comm, plan, elapsed.count() * comm.size()));
  });
  if (comm.root()) std::printf("written to %s\n", config.run.output.c_str());
  return ExitCode::done;
}

}  // namespace nnft::app
