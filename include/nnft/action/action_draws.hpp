#pragma once
/// @file Sums over the fields that a batch of chains draws from e^{−S}.

#include <cstdint>
#include <vector>

#include "nnft/action/action_chain.hpp"
#include "nnft/action/draw_layout.hpp"

namespace nnft {

/// Sums over samples of a batch of chains, in the order of the samples.
class DrawSums {
 public:
  DrawSums(const DrawLayout& layout, SimdPath path);

  /// The chains as they are now are the next sample. @param tried angles since the sample before, [chain].
  void add(const ActionChains& chains, const std::int64_t* tried);
  /// One row for each chain, shape (batch_samples, layout.size()); after as many samples as the layout says.
  RowMatrix rows() const;

 private:
  double* observable(int which, int place) noexcept { return history_.data() + (which * layout_.lags() + place) * batch_samples; }
  void add_observables(const ActionChains& chains);
  void follow(int which);

  DrawLayout layout_;
  const ActionKernels& kernels_;
  std::int64_t samples_ = 0;
  AlignedBuffer sums_;     ///< [column][chain]
  AlignedBuffer history_;  ///< [observable][sample mod lags][chain]
};

/// How a chain is run.
struct DrawSchedule {
  int thermalisation;       ///< updates before the first sample
  int updates_per_sample;   ///< at least 1
  Vector other_start = {};  ///< where chains of odd numbers begin, shape (sites); empty: from N(0, C) as the others
};

/// Chains first_chain … first_chain + batch_samples − 1 from where the schedule says: rows of sums, shape (batch_samples,
/// layout.size()).
RowMatrix draw_batch(const GaussianReference& reference, const DrawLayout& layout, const DrawSchedule& schedule,
                     const Stream& stream, std::uint64_t first_chain, SimdPath path);

}  // namespace nnft
