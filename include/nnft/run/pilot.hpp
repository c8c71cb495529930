#pragma once
/// @file What is learnt from a few reserved samples of every scan point before the run proper.

#include <memory>
#include <vector>

#include "nnft/core/simd_path.hpp"
#include "nnft/parallel/communicator.hpp"
#include "nnft/run/chain_factory.hpp"
#include "nnft/run/config.hpp"
#include "nnft/run/family.hpp"
#include "nnft/run/plan.hpp"

namespace nnft {

/// By scan point, the same on every rank.
struct Pilot {
  std::vector<PointReference> references;
  std::vector<ChainSettings> chains;            ///< with a field-operator, else empty
  std::shared_ptr<const ChainFactory> factory;  ///< with a field-operator
  std::vector<double> slice_seconds;  ///< share in the time of one slice of its family: decides who works, never a result
};

/// K₀ of every scan point.
std::vector<Vector> reference_kernels(const Pilot& pilot);

/// Families of scan points are spread over the ranks. Collective. @throws UsageError on every rank if an ensemble cannot be
/// built, StopRequested if a rank catches a signal meanwhile.
Pilot run_pilot(const Communicator& comm, const Config& config, const Plan& plan, SimdPath path);

}  // namespace nnft
