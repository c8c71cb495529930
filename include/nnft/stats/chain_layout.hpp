#pragma once
/// @file The further columns of a row of sums when samples come from a density e^{−V} that is not drawn exactly: weighted
/// samples, or Markov chains, one for each block.

#include <algorithm>
#include <cstdint>

#include "nnft/stats/moment_layout.hpp"

namespace nnft {

/// What is followed along a chain. F = ∫_box φ², m = ∫_box φ / volume.
enum class ChainObservable { potential, square, zero_mode };
inline constexpr int chain_observables = 3;

/// Sums over samples, each times its weight (1 in a chain).
enum class ChainSum {
  weight,
  squared_weight,  ///< of the weights themselves
  accepted,        ///< share of proposals accepted since the sample before
  potential,       ///< V
  squared_potential,
  square,  ///< F
  squared_square,
  magnetisation,          ///< |m|
  squared_magnetisation,  ///< m²
  quartic_magnetisation   ///< m⁴
};
inline constexpr int chain_sums = 10;

/// What the columns of a chain depend on.
struct ChainExtents {
  int nodes = 0;          ///< of the box
  int slice = 0;          ///< samples in a slice
  int state = 0;          ///< numbers that a chain is in; 0 for independent samples
  bool improved = false;  ///< whether Schwinger–Dyson estimators are summed too
};

/// Columns, from 0 on. First those that are added:
/// - sums(): ChainSum.
/// - starred pairs, if improved, three rows of the layout's pairs (x, y): ⟨Y_x φ_y⟩, ⟨φ_x Y_y⟩, ⟨Y_xy⟩; starred quads, four rows
///   of its quads: the mean over the sets A of 1, 2, 3, 4 legs of the monomial in which the legs of A are integrated by parts.
///   Both with K₀ taken out.
/// - profile: φ_z², then φ_z⁴, at each node.
/// - lags, if it is a chain, for each of V, F, m²: Σ_t x_t x_{t+l} within a slice, then Σ_{t<l} (x_t + x_{T−1−t}),
///   l = 0 … lags()−1.
/// - windows, if it is a chain, for each of V, F, m²: its sum over slices 0, 1, [2, 4), [4, 8), …
/// - series, if it is a chain, for each of V, F, m: its values in the chain's slice 0.
/// Then those of which the latest is kept: state, that of the chain after the slice.
class ChainLayout {
 public:
  ChainLayout() = default;
  ChainLayout(const MomentLayout& moments, const ChainExtents& extents)
      : extents_(extents),
        pairs_(extents.improved ? moments.index(2).size() : 0),
        quads_(extents.improved && moments.orders().size() > 1 ? moments.index(4).size() : 0) {}

  /// Slices beyond 2^(windows − 2) of a chain share the last window.
  static constexpr int windows = 24;
  /// The window of a chain's slice.
  static constexpr int window_of(std::uint64_t slice) noexcept {
    int window = 0;
    for (; slice > 0 && window < windows - 1; slice >>= 1) ++window;
    return window;
  }

  bool present() const noexcept { return extents_.nodes > 0; }
  bool is_chain() const noexcept { return extents_.state > 0; }
  bool improved() const noexcept { return extents_.improved; }
  int nodes() const noexcept { return extents_.nodes; }
  int slice() const noexcept { return extents_.slice; }
  int pairs() const noexcept { return pairs_; }
  int quads() const noexcept { return quads_; }
  int lags() const noexcept { return is_chain() ? std::min(64, extents_.slice) : 0; }
  int series() const noexcept { return is_chain() ? std::min(256, extents_.slice) : 0; }

  static constexpr int sum(ChainSum which) noexcept { return static_cast<int>(which); }
  /// row: 0 ⟨Y_x φ_y⟩, 1 ⟨φ_x Y_y⟩, 2 ⟨Y_xy⟩.
  int starred_pairs(int row) const noexcept { return chain_sums + row * pairs_; }
  /// legs: |A| = 1 … 4.
  int starred_quads(int legs) const noexcept { return starred_pairs(3) + (legs - 1) * quads_; }
  /// power 2 or 4.
  int profile(int power) const noexcept { return starred_quads(5) + (power == 4 ? extents_.nodes : 0); }
  int lag_products(int observable) const noexcept { return profile(2) + 2 * extents_.nodes + 2 * observable * lags(); }
  int lag_edges(int observable) const noexcept { return lag_products(observable) + lags(); }
  int window(int observable) const noexcept { return lag_products(chain_observables) + observable * window_columns(); }
  int series(int observable) const noexcept { return window(chain_observables) + observable * series(); }
  /// Columns that are added.
  int summed() const noexcept { return present() ? series(chain_observables) : 0; }
  /// Columns of the state, after the maxima of a row.
  int state() const noexcept { return extents_.state; }
  int window_columns() const noexcept { return is_chain() ? windows : 0; }

 private:
  ChainExtents extents_;
  int pairs_ = 0;
  int quads_ = 0;
};

}  // namespace nnft
