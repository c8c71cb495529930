#include "nnft/run/result_output.hpp"

#include <optional>
#include <utility>

#include "nnft/run/analysis.hpp"
#include "nnft/run/exact_values.hpp"
#include "nnft/run/result_table.hpp"

namespace nnft {
namespace {

/// Scan points whose tables a run prints at its end: exact values for them may take longer than the samples did.
constexpr std::uint64_t most_tables = 30;

/// Analyses the points of a memory round, one per rank at a time; returns the tables of the first points on the root.
std::string write_points(const Communicator& comm, const ResultInput& input, const Range& points, const BlockStore& store,
                         ResultWriter& writer) {
  const Plan& plan = input.plan;
  const auto ranks = static_cast<std::uint64_t>(comm.size());
  std::string tables;
  for (std::uint64_t wave = 0; wave * ranks < points.size(); ++wave) {
    BlockTable table = store.collect(wave);
    const std::uint64_t index = points.begin + wave * ranks + static_cast<std::uint64_t>(comm.rank());
    const ScanPoint* point = index < points.end ? &plan.points()[index] : nullptr;
    std::optional<PointResult> result;
    std::string text;
    for (std::int64_t& count : table.counts) count *= static_cast<std::int64_t>(plan.slice());
    write_block_sums(writer, plan, point, table);
    if (point != nullptr) {
      result = analyse(input.config, *point, plan.sums(), input.reference_kernels[index], table);
      if (index < most_tables)
        text = result_table(*result, known_exact_values(input.config, *point, plan.sums()), plan.sums(), TableLength::summary);
    }
    write_estimates(writer, plan, input.kind, result ? &*result : nullptr);
    for (const std::string& part : comm.gather(text))
      if (!part.empty()) tables += part + "\n";
    if (input.kind != ResultKind::sample) continue;
    table = BlockTable(0, 0);
    result.reset();
    write_subtrees(writer, plan, store, {wave, point});
  }
  return tables;
}

}  // namespace

std::string write_result(const Communicator& comm, const ResultInput& input, TextPairs start,
                         const std::function<TextPairs()>& end) {
  ResultWriter writer(comm, input.config.run.output, result_schema(input.config, input.plan, input.kind, std::move(start)));
  std::string tables;
  for (const Range& points : input.plan.groups()) {
    const BlockStore& store = input.blocks(points);
    tables += write_points(comm, input, points, store, writer);
  }
  if (const std::uint64_t count = input.plan.points().size(); count > most_tables && comm.root())
    tables += std::to_string(count - most_tables) + " more scan points: nnft show " + input.config.run.output + " prints them\n";
  writer.commit(end());
  return tables;
}

}  // namespace nnft
