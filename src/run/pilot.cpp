#include "nnft/run/pilot.hpp"

#include <algorithm>
#include <limits>
#include <span>

#include "nnft/core/clock.hpp"
#include "nnft/core/error.hpp"
#include "nnft/parallel/agreement.hpp"
#include "nnft/run/chain_pilot.hpp"
#include "nnft/run/deformed_weights.hpp"
#include "nnft/run/stop_signal.hpp"

namespace nnft {
namespace {

/// The shortest of a few repetitions: a busy machine lengthens some of them only.
template <class Work>
double shortest_seconds(Work work) {
  constexpr double enough = 0.02;
  const Clock::time_point start = Clock::now();
  double shortest = std::numeric_limits<double>::infinity();
  for (int repetition = 0; repetition < 5 && seconds_since(start) < enough; ++repetition) {
    const Clock::time_point begin = Clock::now();
    work();
    shortest = std::min(shortest, seconds_since(begin));
  }
  return std::max(shortest, 1e-9);
}

/// A wide scan needs minutes of trials. @throws StopRequested on every rank if one of them has caught a signal. Collective.
void heed_stop_signals(const Communicator& comm) {
  if (comm.any(stop_signal_caught()))
    throw StopRequested("stopped by a signal during the trials before the first samples; run the same command again");
}

/// With a field-operator: scan points are spread over the ranks.
Pilot run_chain_pilots(const Communicator& comm, const Config& config, const Plan& plan, SimdPath path) {
  const std::uint64_t points = plan.points().size();
  constexpr Eigen::Index numbers = 4;
  RowMatrix found = RowMatrix::Zero(static_cast<Eigen::Index>(points), numbers);
  Pilot pilot{{}, {}, nullptr, std::vector<double>(points, 0.0)};
  run_agreed<UsageError>(comm, [&] {
    pilot.factory = std::make_shared<const ChainFactory>(config, path);
    const ChainFactory& factory = *pilot.factory;
    RowMatrix rows;
    const auto ranks = static_cast<std::uint64_t>(comm.size());
    for (auto p = static_cast<std::uint64_t>(comm.rank()); p < points && !stop_signal_caught(); p += ranks) {
      const ScanPoint& point = plan.points()[p];
      const ChainSettings settings = chain_pilot(config, factory, point);
      found.row(static_cast<Eigen::Index>(p)) << static_cast<double>(settings.thermalisation), settings.leapfrogs,
          settings.reference_potential, settings.autocorrelation_time;
      const auto sampler = factory.sampler(point, settings, {first_pilot_sample, 1});
      sampler->start();
      pilot.slice_seconds[p] = shortest_seconds([&] { sampler->sum_slice(rows); }) / batch_samples;
    }
  });
  heed_stop_signals(comm);
  comm.sum_disjoint({found.data(), static_cast<std::size_t>(found.size())});
  comm.sum_disjoint(pilot.slice_seconds);
  for (Eigen::Index p = 0; p < found.rows(); ++p) {
    pilot.references.push_back({pilot.factory->reference_kernel(), Vector()});
    pilot.chains.push_back({static_cast<std::uint64_t>(found(p, 0)), static_cast<int>(found(p, 1)), found(p, 2), found(p, 3)});
  }
  return pilot;
}

}  // namespace

std::vector<Vector> reference_kernels(const Pilot& pilot) {
  std::vector<Vector> kernels;
  for (const PointReference& reference : pilot.references) kernels.push_back(reference.kernel);
  return kernels;
}

Pilot run_pilot(const Communicator& comm, const Config& config, const Plan& plan, SimdPath path) {
  if (config.has_field_operator()) return run_chain_pilots(comm, config, plan, path);
  const std::uint64_t points = plan.points().size();
  const auto pairs = static_cast<Eigen::Index>(plan.layout().index(2).size());
  RowMatrix centres = RowMatrix::Zero(static_cast<Eigen::Index>(points), pairs + max_series_parameters);
  Pilot pilot{{}, {}, nullptr, std::vector<double>(points, 0.0)};
  const auto try_family = [&](const Range& family) {
    const std::vector<PointReference> references = pilot_references(config, plan, family, path);
    for (std::uint64_t p = family.begin; p < family.end; ++p) {
      const PointReference& reference = references[p - family.begin];
      centres.row(static_cast<Eigen::Index>(p)).head(pairs) = reference.kernel.transpose();
      centres.row(static_cast<Eigen::Index>(p)).segment(pairs, reference.potentials.size()) = reference.potentials.transpose();
    }
    FamilySampler sampler(config, plan, family, references, path);
    std::vector<double> sums(family.size() * static_cast<std::size_t>(plan.sums().size()));
    const auto trial = static_cast<int>(std::min<std::uint64_t>(plan.slice(), pilot_samples));
    const double seconds = shortest_seconds([&] { sampler.sum_slice(first_pilot_sample, trial, sums); });
    for (std::uint64_t p = family.begin; p < family.end; ++p)
      pilot.slice_seconds[p] = seconds * static_cast<double>(plan.slice()) / trial / static_cast<double>(family.size());
  };
  const std::vector<Range> families = families_of(plan, {0, points});
  run_agreed<UsageError>(comm, [&] {
    const auto ranks = static_cast<std::size_t>(comm.size());
    for (auto f = static_cast<std::size_t>(comm.rank()); f < families.size() && !stop_signal_caught(); f += ranks)
      try_family(families[f]);
  });
  heed_stop_signals(comm);
  comm.sum_disjoint({centres.data(), static_cast<std::size_t>(centres.size())});
  comm.sum_disjoint(pilot.slice_seconds);
  const auto potentials = config.measure.derivatives == DerivativeMethod::score
                              ? static_cast<Eigen::Index>(weight_parameters(config).size())
                              : Eigen::Index{0};
  for (Eigen::Index p = 0; p < centres.rows(); ++p)
    pilot.references.push_back({centres.row(p).head(pairs).transpose(), centres.row(p).segment(pairs, potentials).transpose()});
  return pilot;
}

}  // namespace nnft
