#pragma once
/// @file Have Markov chains forgotten where they began, and do they all sample the same density?

#include "nnft/core/types.hpp"

namespace nnft {

/// What sums say of an observable in chains that are split in two parts. All of shape (chains).
struct SplitChains {
  Vector first, second;                  ///< sums over the samples of each part
  Vector first_samples, second_samples;  ///< their numbers
  Vector squares;                        ///< sum of squares over both parts
};

/// A chain of 50 τ_int (the shortest that we trust) reaches split-R̂ = 1.04 by itself: the variance of the mean of one of its
/// halves is 2τ/25τ = 0.08 of that of a sample.
inline constexpr double largest_split_rhat = 1.05;

/// Split-R̂ = √(V⁺/W): W the variance within the parts, V⁺ = (1 − 1/n)W + variance of the parts' means, n their mean length (the
/// harmonic one if they differ). Gelman et al., Bayesian Data Analysis, ch. 11; Vehtari et al., Bayesian Anal. 16 (2021) 667,
/// arXiv:1903.08008 (there also of ranks, which sums do not know). 1 for constants; NaN for parts of less than two samples.
/// @throws ShapeError if the shapes differ.
double split_rhat(const SplitChains& chains);

/// Mean over the chains of (mean of the first part − mean of the second) in standard errors from the scatter between chains:
/// Student's t with chains − 1 degrees of freedom if all are in equilibrium from the start. 0 for constants, NaN for fewer than
/// two chains. @throws ShapeError if the shapes differ.
double thermalisation_deviation(const SplitChains& chains);

}  // namespace nnft
