#pragma once
/// @file Scan points of one width: they share their draws and are sampled together.

#include <cstdint>
#include <span>
#include <vector>

#include "nnft/core/types.hpp"
#include "nnft/parallel/partition.hpp"
#include "nnft/run/config.hpp"
#include "nnft/run/plan.hpp"
#include "nnft/sampling/moment_sampler.hpp"

namespace nnft {

/// What the monomials of a scan point are centred on.
struct PointReference {
  Vector kernel;      ///< K₀, shape (pairs); zero for the plain estimator
  Vector potentials;  ///< V₀ of each deformation of the weights whose score is measured
};

/// Runs of consecutive scan points of `points` with the same width; single points if they are sampled by chains.
std::vector<Range> families_of(const Plan& plan, const Range& points);

/// The references of a family's points, from its pilot samples.
std::vector<PointReference> pilot_references(const Config& config, const Plan& plan, const Range& family, SimdPath path);

/// Samples a family: parameters are drawn once, and mapped to every strength and to its neighbours for derivatives by
/// differences. Strengths of a shared scale have the same samples; the scale is averaged over exactly when they are analysed.
class FamilySampler {
 public:
  /// @param references of the points of the family. @throws UsageError if an ensemble cannot be built.
  FamilySampler(const Config& config, const Plan& plan, const Range& family, std::span<const PointReference> references,
                SimdPath path);

  /// The sums of samples first_sample … first_sample + count − 1, shape (points, plan.sums().size()).
  void sum_slice(std::uint64_t first_sample, int count, std::span<double> sums);

 private:
  std::size_t columns_;
  std::vector<std::size_t> ensemble_;  ///< of each point
  std::vector<double> rows_;           ///< of each ensemble
  MomentSampler sampler_;
};

}  // namespace nnft
