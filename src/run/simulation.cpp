#include "nnft/run/simulation.hpp"

#include <algorithm>
#include <chrono>
#include <limits>
#include <numeric>
#include <optional>
#include <utility>

#include "nnft/core/error.hpp"
#include "nnft/parallel/job_abort.hpp"
#include "nnft/run/analysis.hpp"
#include "nnft/run/ensemble_factory.hpp"
#include "nnft/run/monitor.hpp"
#include "nnft/run/provenance.hpp"
#include "nnft/run/result_table.hpp"

namespace nnft {
namespace {

using Clock = std::chrono::steady_clock;

/// A leg is long against the collectives that end it and short against the patience of whoever wants the run to stop.
constexpr double first_leg_seconds = 0.2;
constexpr double longest_leg_seconds = 1.5;

double seconds_since(Clock::time_point then) { return std::chrono::duration<double>(Clock::now() - then).count(); }

double sum(const std::vector<double>& values) { return std::accumulate(values.begin(), values.end(), 0.0); }

/// The new speed of a rank that did `cost` in `seconds`: half of the way to what was measured, since one disturbed leg must not
/// unbalance the next.
double updated_speed(double speed, double cost, double seconds) {
  if (!(cost > 0.0) || !(seconds > 0.0)) return speed;
  return std::clamp(0.5 * (speed + cost / seconds), 0.5 * speed, 2.0 * speed);
}

double total_cost(const Plan& plan, const Pilot& pilot) {
  return sum(pilot.slice_seconds) * static_cast<double>(plan.blocks() * plan.slices_per_block());
}

}  // namespace

SimdPath agree_on_simd_path(const Communicator& comm, const std::string& wanted) {
  const auto common = static_cast<SimdPath>(comm.min(static_cast<std::int64_t>(widest_simd_path())));
  if (wanted == "auto") return common;
  const SimdPath path = parse_simd_path(wanted);
  if (path > common)
    throw UsageError("run.simd: expected auto or at most " + std::string(to_string(common)) +
                     ", the widest that the processors of all ranks have, got " + wanted);
  return path;
}

Simulation::Simulation(const Communicator& comm, Config config, SimdPath path)
    : comm_(comm),
      config_(std::move(config)),
      path_(path),
      plan_(config_, comm.size()),
      pilot_(run_pilot(comm, config_, plan_, path)),
      rank_speeds_(static_cast<std::size_t>(comm.size()), 1.0),
      leg_seconds_(first_leg_seconds),
      progress_(total_cost(plan_, pilot_)) {}

void Simulation::sample_pieces(const Range& points, const std::vector<Piece>& pieces, BlockStore& store) const {
  std::optional<MomentSampler> sampler;
  std::uint64_t sampled_point = std::numeric_limits<std::uint64_t>::max();
  for (const Piece& piece : pieces) {
    if (piece.point != sampled_point) {
      sampled_point = piece.point;
      const std::uint64_t point = points.begin + piece.point;
      sampler.emplace(make_sampler(config_, plan_, point, pilot_.reference_kernels[point], path_));
    }
    SumTree tree;
    for (std::uint64_t j = piece.slices.begin; j < piece.slices.end; ++j) {
      SumNode leaf{0, j, std::vector<double>(static_cast<std::size_t>(plan_.layout().size()), 0.0)};
      const std::uint64_t slice = j * plan_.blocks() + piece.block;
      sampler->add_slice(slice * plan_.slice(), static_cast<int>(plan_.slice()), leaf.sums);
      tree.add(std::move(leaf));
    }
    store.deposit(piece.point, piece.block, std::move(tree));
  }
}

void Simulation::sample_group(const Range& points, BlockStore& store) {
  const SliceLine line{points.size(), plan_.blocks(), plan_.slices_per_block()};
  const auto first_cost = pilot_.slice_seconds.begin() + static_cast<std::ptrdiff_t>(points.begin);
  const std::vector<double> slice_cost(first_cost, first_cost + static_cast<std::ptrdiff_t>(points.size()));
  for (std::uint64_t position = 0; position < line.size();) {
    const WorkRates rates{slice_cost, rank_speeds_};
    const Range leg{position, leg_end(line, rates, position, leg_seconds_ * sum(rank_speeds_))};
    const std::vector<Piece> pieces = deal(line, rates, leg, comm_.rank());
    const double my_cost = std::accumulate(pieces.begin(), pieces.end(), 0.0, [&](double cost, const Piece& piece) {
      return cost + static_cast<double>(piece.slices.size()) * slice_cost[piece.point];
    });
    const Clock::time_point begin = Clock::now();
    sample_pieces(points, pieces, store);
    rank_speeds_ =
        comm_.all_gather(updated_speed(rank_speeds_[static_cast<std::size_t>(comm_.rank())], my_cost, seconds_since(begin)));
    store.settle();
    leg_seconds_ = std::min(2.0 * leg_seconds_, longest_leg_seconds);
    cost_done_ += leg_cost(line, rates, leg);
    networks_done_ += static_cast<double>(leg.size() * plan_.slice());
    position = leg.end;
    report_progress(points, (leg.end - 1) / line.slices_per_point(), store);
  }
}

void Simulation::report_progress(const Range& points, std::uint64_t point_in_group, const BlockStore& store) {
  if (!comm_.any(comm_.root() && progress_.due())) return;
  const std::uint64_t point = points.begin + point_in_group;
  const std::string monitored =
      monitored_correlator(comm_, plan_, plan_.points()[point], point_in_group, pilot_.reference_kernels[point], store);
  if (comm_.root()) progress_.report(cost_done_, networks_done_, monitored);
}

std::vector<std::string> Simulation::finish_group(const Range& points, const BlockStore& store, ResultWriter& writer) const {
  write_block_sums(writer, plan_, store, points);
  const auto ranks = static_cast<std::uint64_t>(comm_.size());
  std::vector<std::string> tables;
  for (std::uint64_t wave = 0; wave * ranks < points.size(); ++wave) {
    BlockTable table = store.collect(wave);
    std::optional<PointResult> result;
    std::string text;
    if (table.blocks() > 0) {
      for (std::int64_t& count : table.counts) count *= static_cast<std::int64_t>(plan_.slice());
      const std::uint64_t index = points.begin + wave * ranks + static_cast<std::uint64_t>(comm_.rank());
      const ScanPoint& point = plan_.points()[index];
      result = analyse(point, plan_.layout(), pilot_.reference_kernels[index], table);
      text = result_table({point, result->networks, result->connected.value, result->connected.error,
                           result->connected.leave_one_out, exact_connected(config_, point, plan_.layout())},
                          plan_.layout(), TableLength::summary);
    }
    write_estimates(writer, plan_, result ? &*result : nullptr);
    for (std::string& part : comm_.gather(text)) tables.push_back(std::move(part));
  }
  return tables;
}

std::string Simulation::run(const std::string& command) {
  const Clock::time_point begin = Clock::now();
  ResultWriter writer(comm_, config_.run.output,
                      result_schema(config_, plan_, ResultKind::sample, start_provenance(comm_, config_, path_, command)));
  std::string text;
  end_job_on_lone_failure(comm_, [&] {
    for (const Range& points : plan_.groups()) {
      BlockStore store(comm_, points.size(), plan_.blocks(), plan_.layout().size());
      sample_group(points, store);
      for (const std::string& table : finish_group(points, store, writer))
        if (!table.empty()) text += table + "\n";
    }
    writer.commit(end_provenance(plan_, comm_.size(), seconds_since(begin)));
  });
  return text;
}

}  // namespace nnft
