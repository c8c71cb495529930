#include <algorithm>
#include <cstdio>
#include <optional>

#include "app/command.hpp"
#include "nnft/core/clock.hpp"
#include "nnft/parallel/agreement.hpp"
#include "nnft/parallel/job_abort.hpp"
#include "nnft/run/exact_values.hpp"
#include "nnft/run/operator_values.hpp"
#include "nnft/run/provenance.hpp"
#include "nnft/run/result_layout.hpp"
#include "nnft/run/result_table.hpp"
#include "nnft/theory/one_neuron.hpp"

namespace nnft::app {
namespace {

PointResult exact_point(const Config& config, const ScanPoint& point, const SumLayout& layout, ResultKind kind) {
  ExactValues exact = kind == ResultKind::leading        ? leading_values(config, point, layout)
                      : kind == ResultKind::perturbation ? perturbative_values(config, point, layout)
                                                         : exact_values(config, point, layout);
  Vector full = full_from_connected(layout.moments(), exact.connected);
  return exact_result(point, std::move(exact.connected), std::move(full), std::move(exact.generating), exact.derivatives);
}

}  // namespace

ExitCode exact(const Communicator& comm, const std::vector<std::string>& words) {
  const auto begin = Clock::now();
  const Arguments arguments = parse_arguments(words, {{"--fresh", "--leading", "--perturbation"}, {}});
  if (arguments.positional.size() != 1)
    throw UsageError("nnft exact: expected one config file, got " + std::to_string(arguments.positional.size()));
  if (std::ranges::none_of(arguments.overrides, [](const Override& given) { return given.first == "run.output"; }))
    throw UsageError("nnft exact: expected -o FILE (run.output of the config is where nnft sample writes)");
  const Config config = load_config_everywhere(comm, arguments.positional.front(), arguments.overrides);
  require_output(comm, config.run.output, arguments.flags.contains("--fresh"), arguments.positional);
  if (arguments.flags.contains("--leading") && arguments.flags.contains("--perturbation"))
    throw UsageError("nnft exact: expected --leading or --perturbation, got both");
  const ResultKind kind = arguments.flags.contains("--leading")        ? ResultKind::leading
                          : arguments.flags.contains("--perturbation") ? ResultKind::perturbation
                                                                       : ResultKind::exact;
  const Plan plan(config, comm.size());
  require_normalisable(config, plan);
  ResultWriter writer(comm, config.run.output,
                      result_schema(config, plan, kind, start_provenance(comm, config, SimdPath::generic, arguments.whole)));
  end_job_on_lone_failure(comm, [&] {
    const auto ranks = static_cast<std::uint64_t>(comm.size());
    const auto rank = static_cast<std::uint64_t>(comm.rank());
    for (std::uint64_t wave = 0; wave * ranks < plan.points().size(); ++wave) {
      std::optional<PointResult> point;
      run_agreed<UsageError>(comm, [&] {
        if (wave * ranks + rank < plan.points().size())
          point = exact_point(config, plan.points()[wave * ranks + rank], plan.sums(), kind);
      });
      write_estimates(writer, plan, kind, point ? &*point : nullptr);
      const std::string table = point ? result_table(*point, std::nullopt, plan.sums(), TableLength::summary) + "\n" : "";
      for (const std::string& text : comm.gather(table)) std::printf("%s", text.c_str());
    }
    writer.commit(end_provenance(comm, plan, seconds_since(begin) * comm.size()));
  });
  if (comm.root()) std::printf("written to %s\n", config.run.output.c_str());
  return ExitCode::done;
}

}  // namespace nnft::app
