#include "nnft/run/merge.hpp"

#include <algorithm>
#include <filesystem>
#include <limits>
#include <map>
#include <optional>
#include <utility>

#include "nnft/core/clock.hpp"
#include "nnft/core/error.hpp"
#include "nnft/parallel/agreement.hpp"
#include "nnft/run/checkpoint.hpp"
#include "nnft/run/checkpoint_file.hpp"
#include "nnft/run/pilot.hpp"
#include "nnft/run/provenance.hpp"
#include "nnft/run/result_output.hpp"
#include "nnft/run/stored_result.hpp"

namespace nnft {
namespace {

/// One file to merge, as every rank sees it.
struct MergeInput {
  CheckpointSource source;
  Config config;
  Part part;
  std::uint64_t slices_per_block;
  std::vector<ScanPoint> points;
};

/// What a checkpoint is part of. @throws IoError.
Plan checkpoint_plan(Config config, const Part& part, const std::string& path) {
  config.run.max_memory = std::numeric_limits<std::uint64_t>::max();
  try {
    return Plan(config, 1, part);
  } catch (const UsageError& error) {
    throw IoError(path + ": the recorded config and part do not fit together: " + error.what());
  }
}

/// One file: a result, or a checkpoint of a run that is not complete.
MergeInput read_input(const std::string& path) {
  const ResultReader file(path);
  const std::string kind = file.attribute("kind");
  if (kind != "sample" && kind != "checkpoint") throw IoError(path + ": expected a sampled result, got kind '" + kind + "'");
  const Config config = parse_recorded_config(file.provenance("config"), path);
  const Part part = part_of(file);
  const Plan plan = kind == "sample" ? StoredResult(file).plan() : checkpoint_plan(config, part, path);
  CheckpointSource source = inspect_checkpoint(path, plan.blocks(), plan.slice());
  if (source.done.empty() || source.points.end > plan.points().size())
    throw IoError(path + ": expected some of the " + std::to_string(plan.points().size()) +
                  " scan points of the recorded config, got " + std::to_string(source.done.size()) + " from " +
                  std::to_string(source.points.begin) + " on");
  const std::uint64_t slices_per_block = source.done.front() / plan.blocks();
  return {std::move(source), config, part, slices_per_block, plan.points()};
}

/// The sound files of an unfinished run: finished rounds, and the newest generation of the running one.
std::vector<MergeInput> read_unfinished(const std::string& directory) {
  std::vector<MergeInput> inputs;
  std::optional<MergeInput> running;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    if (entry.path().extension() != ".h5") continue;
    const bool generation = entry.path().filename().string().starts_with("running.");
    try {
      validate_checkpoint(entry.path().string(), 0, 1);
      MergeInput input = read_input(entry.path().string());
      if (!generation)
        inputs.push_back(std::move(input));
      else if (!running || running->source.sequence < input.source.sequence)
        running = std::move(input);
    } catch (const IoError&) {
      if (!generation) throw;
    }
  }
  if (running) inputs.push_back(std::move(*running));
  return inputs;
}

std::vector<MergeInput> read_inputs(const std::vector<std::string>& paths, MergeKind kind) {
  std::vector<MergeInput> inputs;
  for (const std::string& path : paths) {
    const bool unfinished = !std::filesystem::exists(path) && std::filesystem::is_directory(path + ".part");
    if (unfinished && kind == MergeKind::complete)
      throw IoError(path + ": the run is not complete; run it again, or merge what there is with --partial");
    if (!unfinished)
      inputs.push_back(read_input(path));
    else
      for (MergeInput& input : read_unfinished(path + ".part")) inputs.push_back(std::move(input));
  }
  if (inputs.empty()) throw IoError("nothing to merge: no file holds any samples yet");
  return inputs;
}

/// The identity without the scan axes, which may differ.
std::string identity_without_axes(Config config) {
  config.field.widths = {1.0};
  for (DeformationConfig& deformation : config.deformations) deformation.strengths = {0.0};
  return config.identity();
}

/// @throws UsageError if the file cannot stand beside the first one.
void require_compatible(const MergeInput& first, const MergeInput& other, MergeKind kind) {
  const std::string& path = other.source.path;
  const std::string differences = differing_keys(identity_without_axes(first.config), identity_without_axes(other.config));
  if (!differences.empty())
    throw UsageError(path + ": another config than " + first.source.path + " (there). Keys that differ:" + differences);
  if (first.source.simd != other.source.simd)
    throw UsageError(path + ": made with " + other.source.simd + " kernels, " + first.source.path + " with " + first.source.simd);
  if (kind == MergeKind::complete && first.slices_per_block != other.slices_per_block)
    throw UsageError(path + ": " + std::to_string(other.slices_per_block) + " slices per block, " + first.source.path + " has " +
                     std::to_string(first.slices_per_block) + "; extend the shorter one first");
}

/// Adds the values that are new, in order of appearance.
void join_axis(std::vector<double>& axis, const std::vector<double>& other) {
  for (const double value : other)
    if (std::find(axis.begin(), axis.end(), value) == axis.end()) axis.push_back(value);
}

/// The merged config: the first one with the scan axes of all.
Config merged_config(const std::vector<MergeInput>& inputs, const std::string& output) {
  Config config = inputs.front().config;
  for (const MergeInput& input : inputs) {
    join_axis(config.field.widths, input.config.field.widths);
    for (std::size_t p = 0; p < config.deformations.size(); ++p)
      join_axis(config.deformations[p].strengths, input.config.deformations[p].strengths);
  }
  config.run.output = output;
  return config;
}

/// Where a scan point stands in an input's scan if the input holds samples of it.
std::optional<std::uint64_t> point_of(const MergeInput& input, const ScanPoint& wanted) {
  const auto same = [&](const ScanPoint& point) { return point.width == wanted.width && point.strengths == wanted.strengths; };
  const auto place = std::find_if(input.points.begin(), input.points.end(), same);
  const auto point = static_cast<std::uint64_t>(place - input.points.begin());
  const Range& held = input.source.points;
  const bool here =
      place != input.points.end() && held.begin <= point && point < held.end && input.source.done[point - held.begin] > 0;
  return here ? std::optional(point) : std::nullopt;
}

/// @throws UsageError if a block of a scan point is in two files or, for a complete merge, in none.
void require_disjoint(const std::vector<MergeInput>& inputs, const Config& merged, MergeKind kind) {
  Config without_limit = merged;
  without_limit.run.max_memory = std::numeric_limits<std::uint64_t>::max();
  const Plan plan(without_limit, 1);
  for (const ScanPoint& point : plan.points()) {
    std::map<std::uint64_t, std::string> holder;
    for (const MergeInput& input : inputs) {
      if (!point_of(input, point)) continue;
      for (std::uint64_t k = 0; k < input.source.blocks; ++k) {
        const std::uint64_t label = input.part.index + k * input.part.count;
        const auto [place, is_new] = holder.emplace(label, input.source.path);
        if (!is_new)
          throw UsageError("block " + std::to_string(label) + " of " + point.name + " is in both " + place->second + " and " +
                           input.source.path);
      }
    }
    const auto blocks = static_cast<std::uint64_t>(merged.run.blocks);
    if (holder.size() == blocks || kind == MergeKind::partial) continue;
    if (holder.empty())
      throw UsageError(point.name +
                       ": no file holds this scan point; merged files must hold every combination of their widths and "
                       "strengths (--partial merges what there is)");
    std::uint64_t missing = 0;
    while (holder.contains(missing)) ++missing;
    throw UsageError(point.name + ": " + std::to_string(blocks - holder.size()) + " of " + std::to_string(blocks) +
                     " blocks are missing, the first is block " + std::to_string(missing) +
                     (inputs.front().part.whole()
                          ? ""
                          : " (part " + to_string(Part{missing % inputs.front().part.count, inputs.front().part.count}) + ")"));
  }
}

/// Local blocks of an input whose labels lie in `labels`.
Range local_blocks(const MergeInput& input, const Range& labels) {
  const auto below = [&](std::uint64_t label) {
    return label <= input.part.index
               ? 0
               : std::min(input.source.blocks, (label - input.part.index + input.part.count - 1) / input.part.count);
  };
  return {below(labels.begin), below(labels.end)};
}

BlockStore::Subtrees stored_subtrees(const std::vector<MergeInput>& inputs, const Plan& plan, const ScanPoint& wanted,
                                     const Range& blocks) {
  BlockStore::Subtrees subtrees;
  for (const MergeInput& input : inputs) {
    const auto point = point_of(input, wanted);
    const Range local = local_blocks(input, blocks);
    if (!point || local.size() == 0) continue;
    for (auto& [block, node] : read_subtrees(input.source, plan.sums(), *point, local))
      subtrees.emplace_back(input.part.index + block * input.part.count, std::move(node));
  }
  return subtrees;
}

/// The reference kernels of all points. @throws IoError if two files disagree.
std::vector<Vector> stored_kernels(const std::vector<MergeInput>& inputs, const Plan& plan) {
  std::vector<Vector> kernels;
  const auto pairs = static_cast<std::uint64_t>(plan.layout().index(2).size());
  for (const ScanPoint& point : plan.points()) {
    std::optional<Vector> kernel;
    for (const MergeInput& input : inputs) {
      const auto place = point_of(input, point);
      if (!place) continue;
      std::vector<std::uint64_t> offset = input.points[*place].place, count(offset.size(), 1);
      offset.push_back(0);
      count.push_back(pairs);
      const std::vector<double> values = ResultReader(input.source.path).read_double("reference_kernel", offset, count);
      const Vector found = Eigen::Map<const Vector>(values.data(), static_cast<Eigen::Index>(values.size()));
      if (!found.allFinite())
        throw IoError(input.source.path + ": reference_kernel: expected finite numbers at " + point.name + ", got others");
      if (kernel && *kernel != found)
        throw IoError(input.source.path + ": reference_kernel: differs from that of the files before it");
      kernel = found;
    }
    kernels.push_back(*kernel);
  }
  return kernels;
}

}  // namespace

std::string merge_results(const Communicator& comm, const std::vector<std::string>& paths, const std::string& output,
                          MergeKind kind, const std::string& command) {
  const auto begin = Clock::now();
  std::vector<MergeInput> inputs;
  run_agreed<IoError>(comm, [&] { inputs = read_inputs(paths, kind); });
  for (const MergeInput& input : inputs) require_compatible(inputs.front(), input, kind);
  const Config config = merged_config(inputs, output);
  require_disjoint(inputs, config, kind);
  const Plan plan(config, comm.size());
  std::vector<Vector> kernels;
  // Checkpoints do not hold the reference kernels; they are functions of the config.
  if (kind == MergeKind::partial)
    kernels = reference_kernels(run_pilot(comm, config, plan, parse_simd_path(inputs.front().source.simd)));
  else
    run_agreed<IoError>(comm, [&] { kernels = stored_kernels(inputs, plan); });

  std::optional<BlockStore> store;
  const auto blocks = [&](const Range& points) -> const BlockStore& {
    store.emplace(comm, points.size(), plan.blocks(), plan.sums());
    store->fill([&](std::uint64_t p, const Range& range) {
      return stored_subtrees(inputs, plan, plan.points()[points.begin + p], range);
    });
    return *store;
  };
  TextPairs start = start_provenance(comm, config, parse_simd_path(inputs.front().source.simd), command);
  std::string merged;
  double core_seconds = 0.0;
  for (const MergeInput& input : inputs) core_seconds += input.source.core_seconds;
  for (const std::string& path : paths) merged += (merged.empty() ? "" : " ") + path;
  start.emplace_back("merged_from", merged);
  return write_result(
      comm, {config, plan, kernels, kind == MergeKind::partial ? ResultKind::partial : ResultKind::sample, blocks},
      std::move(start), [&] { return end_provenance(comm, plan, core_seconds + seconds_since(begin) * comm.size()); });
}

}  // namespace nnft
