#include "nnft/run/pilot.hpp"

#include <algorithm>
#include <chrono>
#include <limits>
#include <span>

#include "nnft/core/error.hpp"
#include "nnft/parallel/agreement.hpp"
#include "nnft/run/ensemble_factory.hpp"

namespace nnft {
namespace {

/// The shortest of a few repetitions: a busy machine lengthens some of them only.
template <class Work>
double shortest_seconds(Work work) {
  using Clock = std::chrono::steady_clock;
  const auto since = [](Clock::time_point then) { return std::chrono::duration<double>(Clock::now() - then).count(); };
  constexpr double enough = 0.02;
  const Clock::time_point start = Clock::now();
  double shortest = std::numeric_limits<double>::infinity();
  for (int repetition = 0; repetition < 5 && since(start) < enough; ++repetition) {
    const Clock::time_point begin = Clock::now();
    work();
    shortest = std::min(shortest, since(begin));
  }
  return std::max(shortest, 1e-9);
}

}  // namespace

MomentSampler make_sampler(const Config& config, const Plan& plan, std::uint64_t point, const Vector& reference_kernel,
                           SimdPath path) {
  return MomentSampler(make_ensemble(config, plan.points()[point], path), config.measure.estimator, plan.layout(),
                       reference_kernel, path);
}

Pilot run_pilot(const Communicator& comm, const Config& config, const Plan& plan, SimdPath path) {
  const std::uint64_t points = plan.points().size();
  const Eigen::Index pairs = plan.layout().index(2).size();
  RowMatrix kernels = RowMatrix::Zero(static_cast<Eigen::Index>(points), pairs);
  Pilot pilot{{}, std::vector<double>(points, 0.0)};
  std::vector<double> sums(static_cast<std::size_t>(plan.layout().size()));
  const auto try_point = [&](std::uint64_t p) {
    const auto row = static_cast<Eigen::Index>(p);
    if (config.measure.estimator == EstimatorKind::conditional) {
      const std::unique_ptr<FieldEnsemble> ensemble = make_ensemble(config, plan.points()[p], path);
      kernels.row(row) = pilot_kernel(*ensemble).transpose();
    }
    MomentSampler sampler = make_sampler(config, plan, p, kernels.row(row).transpose(), path);
    const auto trial = static_cast<int>(std::min<std::uint64_t>(plan.slice(), pilot_samples));
    const double seconds = shortest_seconds([&] { sampler.add_slice(first_pilot_sample, trial, sums); });
    pilot.slice_seconds[p] = seconds * static_cast<double>(plan.slice()) / trial;
  };
  run_agreed<UsageError>(comm, [&] {
    for (auto p = static_cast<std::uint64_t>(comm.rank()); p < points; p += static_cast<std::uint64_t>(comm.size())) try_point(p);
  });
  comm.sum_disjoint({kernels.data(), static_cast<std::size_t>(kernels.size())});
  comm.sum_disjoint(pilot.slice_seconds);
  for (Eigen::Index p = 0; p < kernels.rows(); ++p) pilot.reference_kernels.push_back(kernels.row(p).transpose());
  return pilot;
}

}  // namespace nnft
