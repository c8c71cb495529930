#pragma once
/// @file What is summed along each chain that draws from an action.

#include <algorithm>
#include <cstdint>
#include <utility>

#include "nnft/stats/moment_layout.hpp"

namespace nnft {

/// What is followed along a chain, all even: S, F = Σ_a φ_a²/sites, m² with m = Σ_a φ_a/sites.
inline constexpr int draw_observables = 3;
const char* draw_observable_name(int observable) noexcept;

/// Columns of a row of sums over the samples of one chain: the monomials of a MomentLayout; for each observable x its sum, that
/// of x², that of the first half of the samples, Σ_t x_t x_{t+l}, and Σ_{t<l} (x_t + x_{samples−1−t}), l = 0 … lags()−1; angles
/// tried.
class DrawLayout {
 public:
  /// @param moments all tuples; @param samples of each chain.
  DrawLayout(MomentLayout moments, std::int64_t samples)
      : moments_(std::move(moments)), samples_(samples), lags_(static_cast<int>(std::min<std::int64_t>(most_lags, samples))) {}

  static constexpr int most_lags = 32;

  const MomentLayout& moments() const noexcept { return moments_; }
  std::int64_t samples() const noexcept { return samples_; }
  std::int64_t first_half() const noexcept { return samples_ / 2; }
  int lags() const noexcept { return lags_; }
  int sum(int observable) const noexcept { return moments_.size() + observable * (3 + 2 * lags_); }
  int squares(int observable) const noexcept { return sum(observable) + 1; }
  int first_half_sum(int observable) const noexcept { return sum(observable) + 2; }
  int products(int observable) const noexcept { return sum(observable) + 3; }
  int edges(int observable) const noexcept { return products(observable) + lags_; }
  int tried() const noexcept { return sum(draw_observables); }
  int size() const noexcept { return tried() + 1; }

 private:
  MomentLayout moments_;
  std::int64_t samples_;
  int lags_;
};

}  // namespace nnft
