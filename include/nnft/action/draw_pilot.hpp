#pragma once
/// @file Short chains that decide how an action is drawn from.

#include "nnft/action/action_draws.hpp"

namespace nnft {

/// Which Gaussian N(0, C) slices are laid around.
enum class ReferenceKind {
  gaussian_part,    ///< C = (2 g2)⁻¹
  pilot_covariance  ///< C = ⟨φφ⟩ as the pilot estimates it
};
const char* to_string(ReferenceKind kind) noexcept;

/// How to draw. Any C is exact; it decides only how long chains remember.
struct DrawMethod {
  ReferenceKind kind;
  RowMatrix covariance;  ///< C
  DrawSchedule schedule;
  double rounding;  ///< of V at the fields of the pilot: terms that cancel leave it
};

/// The Gaussian of a method. @throws ShapeError if the action has none such.
GaussianReference reference_of(const SiteAction& action, ReferenceKind kind, const RowMatrix& covariance);

/// Runs 64 chains from (2 g2)⁻¹, if that is positive definite, and else from the best isotropic Gaussian, improves C three times
/// by the covariance that they find, and measures the integrated autocorrelation times of S, F and m² with both C. The Gaussian
/// part is kept unless the covariance saves a fifth of the evaluations of S (τ_int times angles tried): it is far too narrow or
/// too wide where couplings are strong, and none at all in a double well. Samples are about τ_int updates apart; chains
/// thermalise for 20 τ_int, at least 64 updates. A pure function of its arguments. @throws ShapeError if e^{−S} cannot be
/// normalised on isotropic average.
DrawMethod pilot_draws(const SiteAction& action, const Stream& stream, SimdPath path);

/// The c for which N(0, c·1) is closest to e^{−S} (least Kullback–Leibler divergence from it): Σ_n n⟨S_n⟩_c = sites, S_n the part
/// of degree n. @throws ShapeError if there is none.
double isotropic_variance(const SiteAction& action);

}  // namespace nnft
