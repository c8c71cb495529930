#include <algorithm>
#include <array>
#include <cstdio>
#include <optional>

#include "app/command.hpp"
#include "app/correlators_options.hpp"
#include "nnft/run/correlators_file.hpp"
#include "nnft/run/correlators_table.hpp"
#include "nnft/run/provenance.hpp"
#include "nnft/run/simulation.hpp"

namespace nnft::app {
namespace {

/// The request that the root has worked out, on every rank. Collective.
DrawRequest shared(const Communicator& comm, DrawRequest request) {
  std::array<double, 1> strength = {request.strength};
  std::array<std::uint64_t, 5> numbers = {request.draws, request.blocks, request.seed, static_cast<std::uint64_t>(request.order),
                                          request.measured.size()};
  comm.broadcast(std::span(strength));
  comm.broadcast(std::span(numbers));
  request = {numbers[0], numbers[1], numbers[2], static_cast<int>(numbers[3]), strength[0], {}};
  for (int k = 1; k <= static_cast<int>(numbers[4]); ++k) request.measured.push_back(2 * k);
  return request;
}

void write_file(const Communicator& comm, Schema schema, const std::string& output, TextPairs provenance) {
  provenance.insert(provenance.end(), schema.provenance.begin(), schema.provenance.end());
  schema.provenance = std::move(provenance);
  // Everything is in the root's schema; the others have nothing to write.
  ResultWriter writer(comm, output, comm.root() ? schema : Schema{});
  writer.commit({{"end", utc_now()}});
  if (comm.root()) std::printf("written to %s\n", output.c_str());
}

/// The correlators of fields that are drawn from e^{−S}.
ExitCode draw(const Communicator& comm, const CorrelatorsCommand& command) {
  const SimdPath path = agree_on_simd_path(comm, "auto");
  const TextPairs provenance = start_provenance(comm, path, command.whole);
  std::optional<ResultReader> file;
  std::optional<StoredAction> stored;
  DrawRequest request;
  run_on_root(comm, "nnft correlators: " + command.file, [&] {
    file.emplace(command.file);
    stored.emplace(*file, command.file);
    request = draw_request(command, *stored);
  });
  request = shared(comm, request);
  const std::vector<DrawnPoint> points = draw_correlators(comm, stored ? &*stored : nullptr, request, path);
  Schema schema;
  run_on_root(comm, "nnft correlators: " + command.file, [&] {
    std::printf("%s: %s", command.file.c_str(), correlators_table(*stored, request, points, command.length).c_str());
    schema = drawn_schema(*stored, *file, request, points);
  });
  const bool none_left = !comm.any(std::ranges::any_of(points, [](const DrawnPoint& point) { return point.refused.empty(); }));
  if (none_left) {
    if (comm.root()) std::fprintf(stderr, "nnft: %s: no scan point has an action that can be drawn from\n", command.file.c_str());
    return ExitCode::failure;
  }
  if (!command.output.empty()) write_file(comm, std::move(schema), command.output, provenance);
  return ExitCode::done;
}

/// The correlators by diagrams, which the root works out.
ExitCode expand(const Communicator& comm, const CorrelatorsCommand& command) {
  const TextPairs provenance = start_provenance(comm, SimdPath::generic, command.whole);
  Schema schema;
  bool any = false;
  run_on_root(comm, "nnft correlators: " + command.file, [&] {
    const ResultReader file(command.file);
    const StoredAction stored(file, command.file);
    const ExpandedCorrelators expanded = expand_correlators(stored, command.order.value_or(stored.orders() - 1));
    std::printf("%s: %s", command.file.c_str(), expanded_table(stored, expanded, command.length).c_str());
    any = std::ranges::any_of(expanded.points, [](const ExpandedPoint& point) { return point.refused.empty(); });
    schema = expanded_schema(stored, file, expanded);
  });
  if (!comm.any(any)) {
    if (comm.root()) std::fprintf(stderr, "nnft: %s: no scan point has an action that can be expanded\n", command.file.c_str());
    return ExitCode::failure;
  }
  if (!command.output.empty()) write_file(comm, std::move(schema), command.output, provenance);
  return ExitCode::done;
}

}  // namespace

ExitCode correlators(const Communicator& comm, const std::vector<std::string>& words) {
  const CorrelatorsCommand command = parse_correlators_command(words);
  if (!command.output.empty()) require_output(comm, command.output, command.fresh, {command.file});
  return command.draws ? draw(comm, command) : expand(comm, command);
}

}  // namespace nnft::app
