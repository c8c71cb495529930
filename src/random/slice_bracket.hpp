#pragma once
/// @file The angles of elliptical slice sampling for a batch of chains. Murray, Adams, MacKay, AISTATS 2010, figure 2.

#include <array>
#include <cmath>

#include "nnft/random/variates.hpp"

namespace nnft {

/// For each chain a threshold e^{−(V' − V)} > u and an interval of angles that shrinks towards 0 until one is above it.
class SliceBracket {
 public:
  /// Draws thresholds and first angles. @param sample of the first chain.
  SliceBracket(const VariateKernels& variates, const Stream& stream, std::uint64_t sample)
      : variates_(variates), stream_(stream), sample_(sample) {
    refill();
    for (int c = 0; c < batch_samples; ++c) {
      const auto chain = static_cast<std::size_t>(c);
      threshold_[chain] = 0.5 + uniform(0, c);
      // The first angle cuts the circle anywhere around the chain, which is at 0.
      turn_[chain] = 0.5 + uniform(1, c);
      low_[chain] = turn_[chain] - 1.0;
      high_[chain] = turn_[chain];
    }
    next_ = 2;
  }

  /// Tries angles until every chain has one above its threshold.
  /// @param exponentials makes e^z of that many numbers in place. @param before V of the chains as they are.
  /// @param potential_at fills `values` with the V' of the given turns.
  template <class PotentialAt>
  void close(void (*exponentials)(int count, double* values), const double* before, std::array<double, batch_samples>& values,
             PotentialAt potential_at) {
    std::array<double, batch_samples> ratios{};
    while (open()) {
      for (std::size_t c = 0; c < batch_samples; ++c) folded_[c] = turn_[c] - std::nearbyint(turn_[c]);
      potential_at(folded_.data(), values.data());
      for (std::size_t c = 0; c < batch_samples; ++c) ratios[c] = before[c] - values[c];
      exponentials(batch_samples, ratios.data());
      judge(ratios.data());
    }
  }

  /// The angles found, in turns, |t| <= ½, [chain].
  const double* turns() const noexcept { return folded_.data(); }
  /// Angles that were tried, [chain].
  const std::array<int, batch_samples>& tried() const noexcept { return tried_; }

 private:
  static constexpr int chunk = 8;

  bool open() const noexcept {
    for (const bool done : done_)
      if (!done) return true;
    return false;
  }

  /// Closes the chains whose ratio e^{−(V' − V)} is above the threshold, shrinks the others' intervals.
  void judge(const double* ratios) {
    if (next_ == chunk) {
      first_ += chunk;
      next_ = 0;
      refill();
    }
    for (int c = 0; c < batch_samples; ++c) {
      const auto chain = static_cast<std::size_t>(c);
      if (done_[chain]) continue;
      ++tried_[chain];
      // Where the interval has shrunk to the chain itself it stays, whatever V is.
      if (ratios[c] > threshold_[chain] || turn_[chain] == 0.0) {
        done_[chain] = true;
        continue;
      }
      (turn_[chain] < 0.0 ? low_ : high_)[chain] = turn_[chain];
      turn_[chain] = low_[chain] + (high_[chain] - low_[chain]) * (0.5 + uniform(next_, c));
      if (high_[chain] - low_[chain] < 1e-300) turn_[chain] = 0.0;
    }
    ++next_;
  }

  double uniform(int row, int chain) const { return uniforms_[static_cast<std::size_t>(row * batch_samples + chain)]; }
  void refill() {
    variates_.uniforms(stream_, {Purpose::slice_angle, sample_, static_cast<std::uint32_t>(first_), chunk}, uniforms_.data());
  }

  const VariateKernels& variates_;
  const Stream& stream_;
  std::uint64_t sample_;
  int first_ = 0;
  int next_ = 0;
  std::array<double, chunk * batch_samples> uniforms_{};
  std::array<double, batch_samples> threshold_{}, turn_{}, low_{}, high_{}, folded_{};
  std::array<bool, batch_samples> done_{};
  std::array<int, batch_samples> tried_{};
};

}  // namespace nnft
