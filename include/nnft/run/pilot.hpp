#pragma once
/// @file What is learnt from a few reserved samples of every scan point before the run proper.

#include <vector>

#include "nnft/core/types.hpp"
#include "nnft/parallel/communicator.hpp"
#include "nnft/run/config.hpp"
#include "nnft/run/plan.hpp"
#include "nnft/sampling/moment_sampler.hpp"

namespace nnft {

/// By scan point, the same on every rank.
struct Pilot {
  std::vector<Vector> reference_kernels;  ///< K₀, shape (pairs); zero for the plain estimator
  std::vector<double> slice_seconds;      ///< time of one slice on the rank that tried it: decides who works, never a result
};

/// The sampler of a scan point.
MomentSampler make_sampler(const Config& config, const Plan& plan, std::uint64_t point, const Vector& reference_kernel,
                           SimdPath path);

/// Scan points are spread over the ranks. Collective. @throws UsageError on every rank if an ensemble cannot be built.
Pilot run_pilot(const Communicator& comm, const Config& config, const Plan& plan, SimdPath path);

}  // namespace nnft
