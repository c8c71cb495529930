#pragma once
/// @file The covariance of values measured with the same random numbers, made safe to invert.

#include <string>

#include "nnft/core/types.hpp"

namespace nnft {

/// What is done to an estimated correlation matrix before it is inverted.
enum class RegulatorKind {
  none,
  svd_cut,  ///< eigenvalues below value × the largest are raised to that; Dowdall et al., Phys. Rev. D 100 (2019) 094508, app. D
  shrinkage  ///< (1 − value) · estimate + value · 1; Ledoit and Wolf, J. Multivar. Anal. 88 (2004) 365
};

struct Regulator {
  RegulatorKind kind = RegulatorKind::none;
  double value = 0.0;  ///< between 0 and 1, dimensionless

  bool operator==(const Regulator&) const = default;
};

/// "SVD cut 0.05", "shrinkage 0.1", "none".
std::string regulator_text(const Regulator& regulator);

/// Fewest blocks per value for which an estimated covariance is inverted as it is.
constexpr int blocks_per_value = 8;

/// Eigenvalues of a correlation matrix below this times the largest count as that: values that share random numbers have
/// combinations known 10⁴ times better than themselves, and no truncated series is true to that.
constexpr double smallest_fitted_eigenvalue = 1e-8;

/// An SVD cut: with blocks_per_value or more at smallest_fitted_eigenvalue, with fewer at values/(blocks − 1), which is where the
/// eigenvalues of an estimate stop telling those of the truth.
Regulator default_regulator(Eigen::Index blocks, Eigen::Index values);

/// Shrinkage by Σ Var(r)/Σ r² over the correlations r between the columns of leave-one-out values of shape (blocks, values),
/// which makes their mean squared error least: Schäfer and Strimmer, Stat. Appl. Genet. Mol. Biol. 4 (2005) 32; of normal
/// blocks Var(r) = (1 − r²)²/(blocks − 1).
Regulator optimal_shrinkage(const RowMatrix& leave_one_out);

/// The covariance C of some values and what makes it the unit matrix.
struct SourceCovariance {
  Eigen::MatrixXd whitening;  ///< T with T Cᵣ Tᵀ = 1, Cᵣ the regulated C; shape (values, values)
  /// T C Tᵀ is diagonal: its entries, 1 where the regulator did not act or only raised what is below smallest_fitted_eigenvalue,
  /// which counts as an uncertainty of its own; errors are propagated from C.
  Vector propagated;
  double degrees_of_freedom = 0;  ///< of the estimate: blocks − 1
  Regulator regulator;            ///< what acted on it; none if it changed nothing
  Eigen::Index values() const noexcept { return whitening.rows(); }
};

/// The jackknife covariance (B − 1)/B Σ_b δ_b δ_bᵀ of leave-one-out values of shape (blocks B, values), none of them absent.
/// @throws ShapeError if there are fewer than two blocks or no values; FitError if a value has no error (below 1e-13 of it) or
/// the regulated covariance is singular.
SourceCovariance estimate_covariance(const RowMatrix& leave_one_out, const Regulator& regulator);

}  // namespace nnft
