#pragma once
/// @file Integrated autocorrelation times by the Γ method. U. Wolff, Comput. Phys. Commun. 156 (2004) 143, hep-lat/0306017.

#include "nnft/core/types.hpp"

namespace nnft {

/// Sums over slices of consecutive samples x_t, t = 0 … slice − 1, of one or several chains in equilibrium.
struct LaggedSums {
  double slices = 0.0;  ///< number of slices
  int slice = 0;        ///< samples in a slice
  double sum = 0.0;     ///< Σ x over all samples
  Vector products;      ///< Σ_t x_t x_{t+l} within slices, l = 0, 1, …; shape (lags)
  Vector edges;         ///< Σ_{t<l} (x_t + x_{slice−1−t}); shape (lags)

  double samples() const noexcept { return slices * slice; }
};

/// τ_int = ½ + Σ_{t≥1} ρ(t), in samples: ½ if they are independent; the variance of a mean of n samples is 2τ_int σ²/n.
struct AutocorrelationTime {
  double tau = 0.5;
  double error = 0.0;
  int window = 0;           ///< lags that are summed
  bool window_fits = true;  ///< false: the sums have too few lags, and tau lacks what lies beyond them
};

/// Wolff's parameter S, the presumed ratio of the exponential autocorrelation time to τ_int.
inline constexpr double window_parameter = 1.5;

/// Γ(l) about the mean over all samples, up to the window where truncation and noise of τ_int are together least; bias of the
/// mean corrected (Wolff eq. 49), error by eq. 42 with the pairs that there are at the window in place of the samples. It is too
/// small by about a tenth, since the window depends on the same samples, and of chains that alternate, with τ far below ½, by
/// more: a factor of two for ρ(t) = (−0.8)^t. τ = ½ without error for constant x. @throws ShapeError if there are no samples, no
/// lags or more lags than samples in a slice.
AutocorrelationTime autocorrelation_time(const LaggedSums& sums);

/// τ_int = n·var/(2σ²) from the scatter of the means of chains of n samples each, which sees the slowest modes, too.
/// @param means shape (chains); @param length n. @param variance σ² of a sample. Relative error √(2/(chains − 1)); NaN for
/// fewer than two chains.
AutocorrelationTime autocorrelation_time_of_means(const Vector& means, double length, double variance);

}  // namespace nnft
