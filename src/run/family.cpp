#include "nnft/run/family.hpp"

#include <algorithm>
#include <utility>

#include "nnft/run/deformed_weights.hpp"
#include "nnft/run/ensemble_factory.hpp"

namespace nnft {
namespace {

/// Points of a family by the deformation of their weights.
struct DistinctWeights {
  std::vector<std::uint64_t> first_points;  ///< the first scan point of each
  std::vector<std::size_t> of_point;
};

DistinctWeights distinct_weights(const Config& config, const Plan& plan, const Range& family) {
  DistinctWeights distinct;
  for (std::uint64_t p = family.begin; p < family.end; ++p) {
    const auto same = [&](std::uint64_t other) {
      return weight_deformation(config, plan.points()[other]) == weight_deformation(config, plan.points()[p]);
    };
    const auto found = std::ranges::find_if(distinct.first_points, same);
    distinct.of_point.push_back(static_cast<std::size_t>(found - distinct.first_points.begin()));
    if (found == distinct.first_points.end()) distinct.first_points.push_back(p);
  }
  return distinct;
}

std::vector<DeformationKind> measured_potentials(const Config& config) {
  std::vector<DeformationKind> kinds;
  if (config.measure.derivatives == DerivativeMethod::score)
    for (const std::size_t p : weight_parameters(config)) kinds.push_back(*config.deformations[p].kind);
  return kinds;
}

MomentSampler family_sampler(const Config& config, const Plan& plan, const Range& family,
                             std::span<const PointReference> references, SimdPath path) {
  WeightDeformations weights{{}, measured_potentials(config)};
  std::vector<SharedEnsemble> ensembles;
  for (const std::uint64_t point : distinct_weights(config, plan, family).first_points) {
    NeighbouringStrengths neighbours = neighbouring_strengths(config, plan.points()[point]);
    const PointReference& reference = references[point - family.begin];
    ensembles.push_back({static_cast<int>(weights.copies.size()), reference.kernel, reference.potentials, neighbours.weights});
    weights.copies.insert(weights.copies.end(), neighbours.copies.begin(), neighbours.copies.end());
  }
  return {make_ensemble(config, plan.points()[family.begin].width, weights, path),
          {config.measure.estimator, plan.sums(), config.measure.sources, score_powers(config),
           ensemble_stream(config, plan.points()[family.begin].width)},
          std::move(ensembles),
          path};
}

}  // namespace

std::vector<Range> families_of(const Plan& plan, const Range& points) {
  std::vector<Range> families;
  for (std::uint64_t p = points.begin; p < points.end; ++p) {
    const bool goes_on = !families.empty() && !plan.sums().chain().present() &&
                         plan.points()[families.back().begin].place[0] == plan.points()[p].place[0];
    if (goes_on)
      families.back().end = p + 1;
    else
      families.push_back({p, p + 1});
  }
  return families;
}

std::vector<PointReference> pilot_references(const Config& config, const Plan& plan, const Range& family, SimdPath path) {
  const DistinctWeights distinct = distinct_weights(config, plan, family);
  WeightDeformations weights{{}, measured_potentials(config)};
  for (const std::uint64_t point : distinct.first_points)
    weights.copies.push_back(weight_deformation(config, plan.points()[point]));
  const auto potentials = static_cast<Eigen::Index>(weights.potentials.size());
  std::vector<PointReference> references(distinct.of_point.size(),
                                         {Vector::Zero(plan.layout().index(2).size()), Vector::Zero(potentials)});
  if (config.measure.estimator == EstimatorKind::plain && potentials == 0) return references;
  const PilotMeans means = pilot_means(*make_ensemble(config, plan.points()[family.begin].width, weights, path));
  for (std::size_t p = 0; p < references.size(); ++p) {
    const auto copy = static_cast<Eigen::Index>(distinct.of_point[p]);
    if (config.measure.estimator == EstimatorKind::conditional) references[p].kernel = means.kernels.row(copy).transpose();
    if (potentials > 0) references[p].potentials = means.potentials.row(copy).transpose();
  }
  return references;
}

FamilySampler::FamilySampler(const Config& config, const Plan& plan, const Range& family,
                             std::span<const PointReference> references, SimdPath path)
    : columns_(static_cast<std::size_t>(plan.sums().size())),
      ensemble_(distinct_weights(config, plan, family).of_point),
      rows_((std::ranges::max(ensemble_) + 1) * columns_),
      sampler_(family_sampler(config, plan, family, references, path)) {}

void FamilySampler::sum_slice(std::uint64_t first_sample, int count, std::span<double> sums) {
  std::ranges::fill(rows_, 0.0);
  sampler_.add_slice(first_sample, count, rows_);
  for (std::size_t p = 0; p < ensemble_.size(); ++p)
    std::copy_n(rows_.data() + ensemble_[p] * columns_, columns_, sums.data() + p * columns_);
}

}  // namespace nnft
