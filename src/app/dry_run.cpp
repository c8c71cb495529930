#include "app/dry_run.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <memory>
#include <vector>

#include "nnft/core/clock.hpp"
#include "nnft/core/format.hpp"
#include "nnft/run/pilot.hpp"
#include "nnft/run/simulation.hpp"

namespace nnft::app {
namespace {

constexpr double trial_seconds = 2.0;
/// What a shared file system is assumed to write, bytes per second.
constexpr double disk_speed = 2e8;

/// Makes what samples a slice of each scan point of a family again and again.
std::function<void()> trial_of(const Config& config, const Plan& plan, const Pilot& pilot, const Range& family, SimdPath path) {
  if (config.has_field_operator()) {
    const std::shared_ptr<ChainSampler> sampler =
        pilot.factory->sampler(plan.points()[family.begin], pilot.chains[family.begin], {first_pilot_sample, 1});
    sampler->start();
    return [sampler, rows = std::make_shared<RowMatrix>()] { sampler->sum_slice(*rows); };
  }
  const auto sampler = std::make_shared<FamilySampler>(config, plan, family,
                                                       std::span(pilot.references).subspan(family.begin, family.size()), path);
  std::vector<double> sums(family.size() * static_cast<std::size_t>(plan.sums().size()));
  return [=, count = static_cast<int>(plan.slice())]() mutable { sampler->sum_slice(first_pilot_sample, count, sums); };
}

/// How much longer the slices of a trial take on this rank, with all ranks busy, than the pilot measured.
double slowdown(const Communicator& comm, const Config& config, const Plan& plan, const Pilot& pilot, SimdPath path) {
  const std::vector<Range> families = families_of(plan, {0, plan.points().size()});
  // Chains of a batch are sampled together.
  const double at_once = config.has_field_operator() ? batch_samples : 1.0;
  double expected = 0.0, elapsed = 0.0;
  const Clock::time_point start = Clock::now();
  for (auto f = static_cast<std::size_t>(comm.rank()) % families.size(); elapsed < trial_seconds; f = (f + 1) % families.size()) {
    const Range& family = families[f];
    const std::function<void()> trial = trial_of(config, plan, pilot, family, path);
    const Clock::time_point turn = Clock::now();
    do {
      trial();
      for (std::uint64_t p = family.begin; p < family.end; ++p) expected += at_once * pilot.slice_seconds[p];
      elapsed = seconds_since(start);
    } while (elapsed < trial_seconds && seconds_since(turn) < 0.1);
  }
  return elapsed / expected;
}

}  // namespace

void dry_run(const Communicator& comm, const Config& config, const Plan& plan, SimdPath path) {
  const Pilot pilot = run_pilot(comm, config, plan, path);
  const double factor = comm.max(slowdown(comm, config, plan, pilot, path));
  double core_seconds = 0.0;
  for (const double slice : pilot.slice_seconds)
    core_seconds += factor * slice * static_cast<double>(plan.blocks() * plan.slices_per_block());
  if (!comm.root()) return;
  const double wall = core_seconds / comm.size();
  const double tables = 8.0 * static_cast<double>(plan.blocks() * plan.points().size()) * plan.sums().size() * 2.0;
  const double interval = std::clamp(100.0 * tables / disk_speed, 60.0, 3600.0);
  const auto minutes = static_cast<long>(std::ceil((1.25 * wall + 60.0) / 60.0));
  std::printf("%s\n", config.resolved().c_str());
  std::printf("# networks       %llu for each of %zu scan points%s%s\n", static_cast<unsigned long long>(plan.networks()),
              plan.points().size(), plan.part().whole() ? "" : ", part ",
              plan.part().whole() ? "" : to_string(plan.part()).c_str());
  std::printf("# memory         %s per rank at most, %zu memory round%s\n", format_bytes(plan.memory().total()).c_str(),
              plan.groups().size(), plan.groups().size() == 1 ? "" : "s");
  std::printf("# result file    %s\n", format_bytes(plan.file_bytes()).c_str());
  std::printf("# time           %.4g core-hours: %s on %d ranks (from a trial of %.0f s)\n", core_seconds / 3600.0,
              format_duration(wall).c_str(), comm.size(), trial_seconds);
  double slowest_slice = factor * *std::max_element(pilot.slice_seconds.begin(), pilot.slice_seconds.end());
  // Chains stop together.
  if (config.has_field_operator()) slowest_slice *= std::ceil(static_cast<double>(plan.blocks()) / comm.size());
  std::printf("# stopping       takes at most about %s (a leg of slices and a checkpoint)\n",
              format_duration(std::max(longest_leg_seconds, slowest_slice) + 2.0 * tables / disk_speed).c_str());
  std::printf("# suggested      --time=%02ld:%02ld:00  --run.checkpoint-interval=%.0fs\n", minutes / 60, minutes % 60, interval);
}

}  // namespace nnft::app
