#pragma once
/// @file Are many correlated deviations compatible with zero?

#include <span>
#include <vector>

#include "nnft/core/types.hpp"

namespace nnft {

/// A regulated Hotelling test. All dimensionless.
struct CorrelatedChi2 {
  double chi2 = 0.0;     ///< over the kept modes, with the unbiased inverse covariance: `modes` on average if all is right
  int modes = 0;         ///< modes kept
  double p_value = 1.0;  ///< from Hotelling's F(modes, ν − modes + 1); ν: degrees of freedom of the covariance
};

/// Fewest blocks of a source of error from which correlated_chi2 can choose modes and estimate their covariance.
constexpr int fewest_chi2_blocks = 16;

/// Deviations of shape (quantities) against the covariance that independent sources of error imply, each given by
/// leave-one-block- out values of shape (its blocks B, quantities); covariances add. The leading modes of the deviations divided
/// by their errors are chosen on blocks 0, 2, 4, …: eigenvalue above 1e-4 of the largest, at most B/8 of the smallest B, since a
/// covariance of more quantities than blocks is singular. Blocks 1, 3, 5, … estimate the covariance along them, so that the
/// choice does not bias the test: for Gaussian blocks of one source p is uniform exactly, with ν = B/2 − 1 (rounded down). For
/// several sources ν, between the smallest of theirs and their sum, is that of Krishnamoorthy and Yu, Stat. Probab. Lett. 66
/// (2004) 161. chi2 is corrected as in Hartlap, Simon and Schneider, Astron. Astrophys. 464 (2007) 399. Quantities without error
/// (below 1e-13 of their value) in either half do not take part.
/// @throws ShapeError if there is no source, the shapes differ or a source has fewer than fewest_chi2_blocks.
CorrelatedChi2 correlated_chi2(const Vector& deviations, std::span<const RowMatrix> leave_one_out);

/// The same with one source of error.
CorrelatedChi2 correlated_chi2(const Vector& deviations, const RowMatrix& leave_one_out);

/// Covariances of independent sources of error, which add.
struct CovarianceParts {
  std::vector<Eigen::MatrixXd> parts;      ///< each of shape (quantities, quantities)
  std::vector<double> degrees_of_freedom;  ///< of each estimate, finite
};

/// Deviations of shape (quantities) against the sum of the parts. Exact for one part; ν of several is that of Krishnamoorthy and
/// Yu, as in correlated_chi2. Directions without covariance (below 1e-8 of the largest) do not take part.
/// @throws FitError unless ν exceeds the number of the others by more than one.
CorrelatedChi2 hotelling_test(const Vector& deviations, const CovarianceParts& covariance);

/// P(χ² > chi2) with that many degrees of freedom.
double chi2_p_value(double chi2, double degrees_of_freedom);

/// Two-sided p-value of a standard normal deviate.
double normal_p_value(double pull);

/// Two-sided p-value of a deviate divided by an error with that many degrees of freedom (Student's t).
double student_p_value(double pull, double degrees_of_freedom);

}  // namespace nnft
