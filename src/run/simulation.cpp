#include "nnft/run/simulation.hpp"

#include <algorithm>
#include <numeric>
#include <optional>
#include <utility>

#include "nnft/core/error.hpp"
#include "nnft/parallel/job_abort.hpp"
#include "nnft/run/analysis.hpp"
#include "nnft/run/monitor.hpp"
#include "nnft/run/provenance.hpp"
#include "nnft/run/result_output.hpp"

namespace nnft {
namespace {

/// A leg is long against the collectives that end it and short against the patience of whoever wants the run to stop.
constexpr double first_leg_seconds = 0.2;
/// What a file system is taken to write before a checkpoint has been timed, bytes per second.
constexpr double presumed_write_speed = 1e8;

double sum(const std::vector<double>& values) { return std::accumulate(values.begin(), values.end(), 0.0); }

/// The new speed of a rank that did `cost` in `seconds`: half of the way to what was measured, since one disturbed leg must not
/// unbalance the next.
double updated_speed(double speed, double cost, double seconds) {
  if (!(cost > 0.0) || !(seconds > 0.0)) return speed;
  return std::clamp(0.5 * (speed + cost / seconds), 0.5 * speed, 2.0 * speed);
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

Simulation::Simulation(const Communicator& comm, Config config, SimdPath path, const Part& part)
    : comm_(comm),
      config_(std::move(config)),
      path_(path),
      plan_(config_, comm.size(), part),
      pilot_(run_pilot(comm, config_, plan_, path)),
      rank_speeds_(static_cast<std::size_t>(comm.size()), 1.0),
      leg_seconds_(first_leg_seconds),
      save_seconds_(plan_.memory().trees * comm.size() / presumed_write_speed),
      begin_(Clock::now()),
      saved_at_(begin_) {
  if (config_.has_field_operator()) chains_.emplace(plan_, pilot_.factory, pilot_.chains);
}

Simulation::Group Simulation::group_of(const Range& points, const std::vector<std::uint64_t>& done) const {
  Group group{points, {}, {}};
  for (const Range& same_width : families_of(plan_, points))
    for (std::uint64_t p = same_width.begin; p < same_width.end; ++p) {
      const bool goes_on = p > same_width.begin && done[p - points.begin] == done[group.families.back().begin - points.begin];
      if (!goes_on) {
        group.families.push_back({p, p});
        group.costs.push_back(0.0);
      }
      group.families.back().end = p + 1;
      group.costs.back() += pilot_.slice_seconds[p];
    }
  return group;
}

void Simulation::sample_pieces(const Group& group, const std::vector<Piece>& pieces, BlockStore& store) {
  const auto columns = static_cast<std::ptrdiff_t>(plan_.sums().size());
  std::vector<double> sums;
  for (const Piece& piece : pieces) {
    const Range& family = group.families[piece.family];
    if (!sampler_ || sampled_family_ != family) {
      sampler_.emplace(config_, plan_, family, std::span(pilot_.references).subspan(family.begin, family.size()), path_);
      sampled_family_ = family;
    }
    sums.resize(family.size() * static_cast<std::size_t>(columns));
    std::vector<SumTree> trees(family.size(), SumTree(plan_.sums().rule()));
    for (std::uint64_t j = piece.slices.begin; j < piece.slices.end; ++j) {
      sampler_->sum_slice(plan_.slice_label(piece.block, j) * plan_.slice(), static_cast<int>(plan_.slice()), sums);
      for (std::uint64_t p = 0; p < family.size(); ++p) {
        const auto row = sums.begin() + static_cast<std::ptrdiff_t>(p) * columns;
        trees[p].add({0, j, std::vector<double>(row, row + columns)});
      }
    }
    for (std::uint64_t p = 0; p < family.size(); ++p)
      store.deposit(family.begin - group.points.begin + p, piece.block, std::move(trees[p]));
  }
}

/// Returns what this rank's slices cost.
double Simulation::sample_dealt(const Group& group, const SliceLine& line, const Range& leg, BlockStore& store) {
  const WorkRates rates{group.costs, rank_speeds_};
  const std::vector<Piece> pieces = deal(line, rates, leg, comm_.rank());
  sample_pieces(group, pieces, store);
  return std::accumulate(pieces.begin(), pieces.end(), 0.0, [&](double cost, const Piece& piece) {
    return cost + static_cast<double>(piece.slices.size()) * rates.slice_cost[piece.family];
  });
}

/// The same of the chains of the blocks that this rank owns.
double Simulation::sample_chains(const Group& group, const SliceLine& line, const Range& leg, BlockStore& store) {
  double cost = 0.0;
  for (const FamilyPart& part : parts_of_leg(line, leg)) {
    const std::uint64_t point = group.families[part.family].begin, place = point - group.points.begin;
    const Range slices{part.slices.begin / line.blocks, part.slices.end / line.blocks};
    chains_->run(point, place, slices, store);
    cost += static_cast<double>(slices.size() * store.owned_blocks(place).size()) * group.costs[part.family];
  }
  return cost;
}

void Simulation::sample_leg(const Group& group, const SliceLine& line, const Range& leg, BlockStore& store) {
  const Clock::time_point begin = Clock::now();
  const double my_cost = chains_ ? sample_chains(group, line, leg, store) : sample_dealt(group, line, leg, store);
  rank_speeds_ =
      comm_.all_gather(updated_speed(rank_speeds_[static_cast<std::size_t>(comm_.rank())], my_cost, seconds_since(begin)));
  store.settle();
  longest_leg_ = std::max(0.8 * longest_leg_, seconds_since(begin));
  cost_done_ += leg_cost(line, {group.costs, rank_speeds_}, leg);
  for (const FamilyPart& part : parts_of_leg(line, leg))
    networks_done_ += static_cast<double>(part.slices.size() * plan_.slice() * group.families[part.family].size());
}

std::string Simulation::sample_group(const Range& points, BlockStore& store, Checkpoint& saved, const StopSignal& stop) {
  const std::uint64_t target = plan_.blocks() * plan_.slices_per_block();
  std::vector<std::uint64_t> done(saved.slices_done().begin() + static_cast<std::ptrdiff_t>(points.begin),
                                  saved.slices_done().begin() + static_cast<std::ptrdiff_t>(points.end));
  SliceLine line{plan_.blocks(), {}};
  const Group group = group_of(points, done);
  for (const Range& family : group.families) line.todo.push_back({done[family.begin - points.begin], target});
  for (std::uint64_t position = 0; position < line.size();) {
    const double budget = leg_seconds_ * sum(rank_speeds_);
    const WorkRates rates{group.costs, rank_speeds_};
    const Range leg{position, chains_ ? whole_rounds_end(line, rates, position, budget) : leg_end(line, rates, position, budget)};
    sample_leg(group, line, leg, store);
    // Short against the checkpoint interval too, since a kill may cost no more than that.
    const double longest = std::clamp(0.25 * config_.run.checkpoint_interval, first_leg_seconds, longest_leg_seconds);
    leg_seconds_ = std::min(2.0 * leg_seconds_, longest);
    position = leg.end;
    for (const FamilyPart& part : parts_of_leg(line, leg))
      for (std::uint64_t p = group.families[part.family].begin; p < group.families[part.family].end; ++p)
        done[p - points.begin] = part.slices.end;
    report_progress(points, group.families[parts_of_leg(line, leg).back().family].begin, store);
    const std::string reason = stop.reason(comm_, seconds_to_stop(position == line.size()));
    if (reason.empty() && !comm_.any(comm_.root() && checkpoint_due())) continue;
    saved_at_ = Clock::now();
    saved.save_running(points, done, store, path_, clock(saved));
    save_seconds_ = comm_.max(seconds_since(saved_at_));
    if (!reason.empty()) return reason;
  }
  return "";
}

RunClock Simulation::clock(const Checkpoint& saved) const {
  return {progress_->seconds_left(cost_done_), saved.core_seconds() + seconds_since(begin_) * comm_.size()};
}

/// What must be left of the time when a leg begins, or the result is written: that, and saving twice over.
double Simulation::seconds_to_stop(bool everything_sampled) const {
  const double tables = plan_.memory().trees * comm_.size();
  const double next = everything_sampled ? save_seconds_ * plan_.file_bytes() / tables : std::max(leg_seconds_, longest_leg_);
  return 1.0 + 1.5 * next + 2.0 * save_seconds_;
}

/// Whether a kill during the next leg and the checkpoint after it would cost more than the interval.
bool Simulation::checkpoint_due() const {
  const double next_leg = std::max(leg_seconds_, longest_leg_);
  return seconds_since(saved_at_) + next_leg + save_seconds_ >= config_.run.checkpoint_interval;
}

void Simulation::report_progress(const Range& points, std::uint64_t point, const BlockStore& store) {
  if (!comm_.any(comm_.root() && progress_->due())) return;
  // Moments of chains are not centred.
  const Vector& kernel = pilot_.references[point].kernel;
  const std::string monitored =
      monitored_correlator(comm_, plan_,
                           {plan_.points()[point], point - points.begin, chains_ ? Vector(Vector::Zero(kernel.size())) : kernel,
                            shared_scale(config_, plan_.points()[point])},
                           store);
  if (comm_.root()) progress_->report(cost_done_, networks_done_, monitored);
}

std::string Simulation::finish(TextPairs start, const Checkpoint& saved, std::optional<BlockStore>& store) {
  const auto blocks = [&](const Range& points) -> const BlockStore& {
    if (plan_.groups().size() > 1) {
      store.emplace(comm_, points.size(), plan_.blocks(), plan_.sums());
      saved.load(points, *store);
    }
    return *store;
  };
  if (!plan_.part().whole()) start.emplace_back("part", to_string(plan_.part()));
  return write_result(comm_, {config_, plan_, reference_kernels(pilot_), ResultKind::sample, blocks}, std::move(start),
                      [&] { return end_provenance(comm_, plan_, clock(saved).core_seconds); });
}

RunOutcome Simulation::run(const std::string& command, Checkpoint& saved, const StopSignal& stop) {
  RunOutcome outcome;
  double cost = 0.0;
  for (std::size_t p = 0; p < plan_.points().size(); ++p)
    cost += pilot_.slice_seconds[p] * static_cast<double>(plan_.blocks() * plan_.slices_per_block() - saved.slices_done()[p]);
  progress_.emplace(cost);
  const TextPairs start = start_provenance(comm_, config_, path_, command);
  end_job_on_lone_failure(comm_, [&] {
    const bool one_group = plan_.groups().size() == 1;
    std::optional<BlockStore> store;
    for (const Range& points : plan_.groups()) {
      store.emplace(comm_, points.size(), plan_.blocks(), plan_.sums());
      saved.load(points, *store);
      outcome.stopped_by = sample_group(points, *store, saved, stop);
      if (chains_) chains_->clear();
      if (!outcome.stopped_by.empty()) return;
      if (!one_group) {
        const std::vector<std::uint64_t> done(points.size(), plan_.blocks() * plan_.slices_per_block());
        saved.save_finished(points, done, *store, path_, clock(saved));
        saved_at_ = Clock::now();
        store.reset();
      }
    }
    outcome.tables = finish(start, saved, store);
    saved.clear();
  });
  return outcome;
}

}  // namespace nnft
