#include "nnft/run/action_correlators.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "nnft/action/bounded_below.hpp"
#include "nnft/core/error.hpp"
#include "nnft/core/format.hpp"
#include "nnft/parallel/agreement.hpp"
#include "nnft/stats/cumulants.hpp"

namespace nnft {
namespace {

/// Widths of streams number ensembles; here scan points, from 1 on.
Stream stream_of(const DrawRequest& request, std::size_t point) { return {request.seed, static_cast<std::uint32_t>(point + 1)}; }

std::string direction_text(const Vector& direction) {
  std::string text;
  for (Eigen::Index a = 0; a < direction.size(); ++a) text += (a > 0 ? " " : "") + format_number(direction[a], "%.4g");
  return "(" + text + ")";
}

/// Why e^{−S} cannot be drawn from; empty if it can.
std::string refusal(const std::vector<Couplings>& couplings, int sites) {
  for (const Couplings& given : couplings)
    if (!given.packed.allFinite()) return "g" + std::to_string(given.degree) + " has couplings that are not finite";
  const std::optional<FallingDirection> falling = falling_direction(SiteAction(sites, couplings));
  if (!falling) return {};
  if (falling->degree == 0) return "all couplings vanish";
  const std::string form = "g" + std::to_string(falling->degree) + " phi^" + std::to_string(falling->degree);
  return "the action is not bounded below: its highest form, " + form + ", is " + format_number(falling->value, "%.4g") +
         (falling->value > 0.0 ? ", which is rounding," : "") + " along phi = " + direction_text(falling->direction);
}

/// What every rank needs to know of a point: the couplings and how to draw.
struct PointPlan {
  std::vector<Couplings> couplings;
  DrawMethod method;
};

/// The root's plan on every rank as one row of numbers; nothing if the point is refused. Collective.
class PlanMessage {
 public:
  PlanMessage(const Communicator& comm, int sites, std::vector<int> degrees)
      : comm_(comm), sites_(sites), degrees_(std::move(degrees)) {
    size_ = header + sites_ + sites_ * sites_;
    for (const int degree : degrees_) size_ += PackedIndex(sites_, degree).size();
  }

  std::optional<PointPlan> broadcast(const std::optional<PointPlan>& mine) const {
    Vector row = Vector::Zero(size_);
    if (mine) pack(*mine, row);
    comm_.broadcast(std::span(row.data(), static_cast<std::size_t>(size_)));
    return row[0] == 1.0 ? std::optional(unpack(row)) : std::nullopt;
  }

 private:
  static constexpr int header = 5;

  void pack(const PointPlan& plan, Vector& row) const {
    row.head(header) << 1.0, static_cast<double>(plan.method.kind), plan.method.schedule.thermalisation,
        plan.method.schedule.updates_per_sample, plan.method.rounding;
    row.segment(header, sites_) = plan.method.schedule.other_start;
    row.segment(header + sites_, sites_ * sites_) = Eigen::Map<const Vector>(plan.method.covariance.data(), sites_ * sites_);
    Eigen::Index place = header + sites_ + sites_ * sites_;
    for (const Couplings& couplings : plan.couplings) {
      row.segment(place, couplings.packed.size()) = couplings.packed;
      place += couplings.packed.size();
    }
  }

  PointPlan unpack(const Vector& row) const {
    PointPlan plan{{},
                   {static_cast<ReferenceKind>(static_cast<int>(row[1])),
                    Eigen::Map<const RowMatrix>(row.data() + header + sites_, sites_, sites_),
                    {static_cast<int>(row[2]), static_cast<int>(row[3]), row.segment(header, sites_)},
                    row[4]}};
    Eigen::Index place = header + sites_ + sites_ * sites_;
    for (const int degree : degrees_) {
      const Eigen::Index size = PackedIndex(sites_, degree).size();
      plan.couplings.push_back({degree, row.segment(place, size)});
      place += size;
    }
    return plan;
  }

  const Communicator& comm_;
  int sites_;
  std::vector<int> degrees_;
  int size_ = 0;
};

/// All chains of a point, on every rank. Collective.
BlockTable draw_point(const Communicator& comm, const PointPlan& plan, const DrawLayout& layout, const DrawRequest& request,
                      std::size_t point, SimdPath path) {
  BlockTable table(static_cast<int>(request.blocks), layout.size());
  table.counts.assign(table.counts.size(), layout.samples());
  run_agreed<Error>(comm, [&] {
    const GaussianReference reference =
        reference_of(SiteAction(layout.moments().sites(), plan.couplings), plan.method.kind, plan.method.covariance);
    const Range mine = partition(request.blocks, comm.rank(), comm.size());
    for (std::uint64_t first = mine.begin; first < mine.end; first += batch_samples) {
      const auto chains = static_cast<Eigen::Index>(std::min<std::uint64_t>(batch_samples, mine.end - first));
      table.sums.middleRows(static_cast<Eigen::Index>(first), chains) =
          draw_batch(reference, layout, plan.method.schedule, stream_of(request, point), first, path).topRows(chains);
    }
  });
  comm.sum_disjoint(std::span(table.sums.data(), static_cast<std::size_t>(table.sums.size())));
  return table;
}

void analyse(const DrawLayout& layout, const BlockTable& table, DrawnPoint& drawn) {
  const MomentLayout& moments = layout.moments();
  BlockTable monomials(table.blocks(), moments.size());
  monomials.counts = table.counts;
  monomials.sums = table.sums.leftCols(moments.size());
  const CumulantEstimator cumulants(moments, Vector::Zero(moments.index(2).size()));
  drawn.samples = table.samples();
  drawn.connected = jackknife(monomials, moments.size(), [&](std::span<const double> means, std::span<double> connected) {
    cumulants.connected(means, connected);
  });
  drawn.statistics = draw_statistics(layout, table);
  drawn.warnings = draw_warnings(layout, *drawn.statistics);
}

/// What the root knows of a point before it draws; the plan is empty if the point is refused.
std::optional<PointPlan> prepare(const StoredAction& stored, const DrawRequest& request, std::size_t point, SimdPath path,
                                 DrawnPoint& drawn) {
  drawn.point = stored.points()[point];
  const std::vector<Couplings> couplings = stored.couplings(drawn.point, request.order, request.strength);
  for (const int order : request.measured) {
    const bool known = std::ranges::find(stored.correlator_orders(), order) != stored.correlator_orders().end();
    drawn.source.push_back(known ? stored.correlator(drawn.point, order) : StoredCorrelator{});
  }
  drawn.refused = refusal(couplings, stored.sites());
  if (!drawn.refused.empty()) return std::nullopt;
  PointPlan plan{couplings, pilot_draws(SiteAction(stored.sites(), couplings), stream_of(request, point), path)};
  if (!(plan.method.rounding <= largest_rounding)) {
    drawn.refused = "the terms of the action cancel so much that S is rounded by " + format_number(plan.method.rounding, "%.2g") +
                    ", expected at most " + format_number(largest_rounding, "%.2g") +
                    ": fewer or more distant sites, or a regulator";
    return std::nullopt;
  }
  drawn.lowest_action = SiteAction(stored.sites(), couplings).value(plan.method.schedule.other_start);
  return plan;
}

}  // namespace

std::vector<DrawnPoint> draw_correlators(const Communicator& comm, const StoredAction* stored, const DrawRequest& request,
                                         SimdPath path) {
  std::array<std::uint64_t, 2 + action_degrees> extents{};
  if (stored != nullptr) {
    extents[0] = static_cast<std::uint64_t>(stored->sites());
    extents[1] = stored->points().size();
    for (const int degree : stored->degrees()) extents[static_cast<std::size_t>(1 + degree / 2)] = 1;
  }
  comm.broadcast(std::span(extents));
  const auto sites = static_cast<int>(extents[0]);
  std::vector<int> degrees;
  for (int degree = 2; degree <= highest_action_degree; degree += 2)
    if (extents[static_cast<std::size_t>(1 + degree / 2)] == 1) degrees.push_back(degree);
  const PlanMessage message(comm, sites, degrees);
  const DrawLayout layout(MomentLayout(sites, request.measured),
                          static_cast<std::int64_t>((request.draws + request.blocks - 1) / request.blocks));
  std::vector<DrawnPoint> points;
  for (std::size_t point = 0; point < extents[1]; ++point) {
    DrawnPoint drawn;
    std::optional<PointPlan> plan;
    run_agreed<IoError>(comm, [&] {
      if (comm.root()) plan = prepare(*stored, request, point, path, drawn);
    });
    plan = message.broadcast(plan);
    if (plan) {
      const BlockTable table = draw_point(comm, *plan, layout, request, point, path);
      drawn.reference = plan->method.kind;
      drawn.schedule = plan->method.schedule;
      run_agreed<Error>(comm, [&] {
        if (comm.root()) analyse(layout, table, drawn);
      });
    }
    if (comm.root()) points.push_back(std::move(drawn));
  }
  return points;
}

}  // namespace nnft
