#pragma once
/// @file Correlated linear least squares with covariances that are estimated from blocks.

#include <vector>

#include "nnft/core/types.hpp"
#include "nnft/stats/covariance_regulator.hpp"

namespace nnft {

/// Values whose errors come from independent sources: the first values from sources[0], the next from sources[1], and so on.
struct MeasuredValues {
  Vector value;  ///< shape (points)
  std::vector<SourceCovariance> sources;
};

/// Parameters c that make the residuals y − Xc smallest.
struct LeastSquares {
  Vector parameters;             ///< shape (parameters)
  Eigen::MatrixXd covariance;    ///< of the parameters, shape (parameters, parameters)
  Eigen::MatrixXd weight_noise;  ///< what the noise of the weights adds in it
  Eigen::MatrixXd response;      ///< ∂c/∂y, shape (parameters, points)
  Vector fitted;                 ///< Xc, shape (points)
  double raw_chi2 = 0.0;         ///< (y − Xc)ᵀ C⁻¹ (y − Xc)
  double chi2 = 0.0;  ///< the same with the unbiased inverse covariance: `dof` on average if all is right; raw_chi2 if regulated
  int dof = 0;        ///< points − parameters
  double p_value = 1.0;
};

/// Generalised least squares, y ≈ Xc with the block-diagonal covariance C of the sources: the whitened and column-scaled system
/// is solved by a QR decomposition with pivoting.
///
/// The covariance of c is the estimated one of the values (not the regulated one) propagated through ∂c/∂y at fixed weights, for
/// a linear model the jackknife over all deletions of a block of one source; plus what the noise of the weights adds, to first
/// order in 1/blocks and twice, since the first part lacks as much: Kenward and Roger, Biometrics 53 (1997) 983; for a weighted
/// mean Meier, Biometrics 9 (1953) 59. The residuals make up a vector of `dof` components; its p-value is Hotelling's, exact for
/// one source, with the degrees of freedom of Krishnamoorthy and Yu for several (see hotelling_test). Where a regulator acts, χ²
/// is a sum of squares of other variances than 1, and p that of the χ² distribution with the same mean and variance
/// (Satterthwaite, Biometrics Bull. 2 (1946) 110), as if the estimated covariance was the true one.
/// @param design X, shape (points, parameters). @throws ShapeError if the shapes differ; FitError if there are fewer points than
/// parameters or they do not determine the parameters.
LeastSquares least_squares(const Eigen::MatrixXd& design, const MeasuredValues& measured);

/// Parameters of every sample without one block of a source, shape (its blocks, parameters); exact for linear models. Their mean
/// is that of the fit; their jackknife error is what this source contributes at fixed weights.
/// @param first the source's first point. @param leave_one_out of its points, shape (blocks, points of the source).
RowMatrix leave_one_out_parameters(const LeastSquares& fit, Eigen::Index first, const RowMatrix& leave_one_out);

/// (y − f)ᵀ C⁻¹ (y − f). @throws ShapeError if the shapes differ.
double raw_chi2(const Vector& fitted, const MeasuredValues& measured);

}  // namespace nnft
