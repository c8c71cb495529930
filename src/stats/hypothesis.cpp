#include "nnft/stats/hypothesis.hpp"

#include <algorithm>
#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <string>
#include <vector>

#include "nnft/core/error.hpp"
#include "nnft/core/symmetric_eigen.hpp"
#include "nnft/stats/fit_error.hpp"

namespace nnft {
namespace {

/// P(T² > t2) of Hotelling's T²(m, ν), by Fisher's F(m, ν − m + 1) at t2 (ν − m + 1)/(ν m).
double hotelling_p_value(double t2, double m, double nu) {
  using Policy = boost::math::policies::policy<boost::math::policies::promote_double<false>>;
  return boost::math::ibeta(0.5 * (nu - m + 1.0), 0.5 * m, nu / (nu + t2), Policy());
}

void check_shapes(const Vector& deviations, std::span<const RowMatrix> sources) {
  if (sources.empty()) throw ShapeError("correlated_chi2: expected at least one source of error, got none");
  for (const RowMatrix& source : sources)
    if (source.cols() != deviations.size() || source.rows() < fewest_chi2_blocks)
      throw ShapeError("correlated_chi2: expected " + std::to_string(deviations.size()) + " columns and at least " +
                       std::to_string(fewest_chi2_blocks) + " blocks, got shape (" + std::to_string(source.rows()) + ", " +
                       std::to_string(source.cols()) + ")");
}

/// Every second block from `first` on, as entries of shape (h, quantities) whose AᵀA is the covariance of the mean of all B
/// blocks. A leave-one-out value deviates from that mean by 1/(B − 1) of what its block does: h of them scatter by the covariance
/// of a block, which is B times that of the mean, over (B − 1)².
RowMatrix half(const RowMatrix& leave_one_out, Eigen::Index first) {
  const auto blocks = static_cast<double>(leave_one_out.rows());
  RowMatrix entries((leave_one_out.rows() - first + 1) / 2, leave_one_out.cols());
  for (Eigen::Index k = 0; k < entries.rows(); ++k) entries.row(k) = leave_one_out.row(first + 2 * k);
  const Eigen::RowVectorXd mean = entries.colwise().mean();
  entries.rowwise() -= mean;
  entries *= (blocks - 1.0) / std::sqrt(blocks * static_cast<double>(entries.rows() - 1));
  const Eigen::RowVectorXd error = entries.colwise().norm();
  const Eigen::RowVectorXd known = (error.array() > 1e-13 * mean.array().abs()).cast<double>();
  return entries * known.asDiagonal();
}

/// Halves of all sources, one below the other: covariances add.
RowMatrix stack(const std::vector<RowMatrix>& halves) {
  Eigen::Index rows = 0;
  for (const RowMatrix& part : halves) rows += part.rows();
  RowMatrix all(rows, halves.front().cols());
  rows = 0;
  for (const RowMatrix& part : halves) {
    all.middleRows(rows, part.rows()) = part;
    rows += part.rows();
  }
  return all;
}

/// 1/error, or 0 for quantities that do not take part.
Vector inverse_errors(const RowMatrix& choosing, const std::vector<RowMatrix>& estimating) {
  const Vector error = choosing.colwise().norm().transpose();
  Vector other = Vector::Zero(error.size());
  for (const RowMatrix& part : estimating) other += part.colwise().squaredNorm().transpose();
  return (error.array() > 0.0 && other.array() > 0.0).select(error.cwiseInverse(), 0.0);
}

/// Leading eigenvectors of AᵀA, shape (columns, modes), scaled such that AᵀA is 1 in their basis. The nonzero spectrum of AᵀA is
/// that of AAᵀ; the smaller of the two is decomposed.
Eigen::MatrixXd leading_modes(const RowMatrix& a, Eigen::Index limit) {
  const bool by_row = a.rows() < a.cols();
  const Eigen::MatrixXd gram = by_row ? Eigen::MatrixXd(a * a.transpose()) : Eigen::MatrixXd(a.transpose() * a);
  const SymmetricEigen eigen = symmetric_eigen(gram);
  const Vector& variance = eigen.values;
  const Eigen::Index size = variance.size();
  Eigen::Index modes = 0;
  while (modes < std::min(limit, size) && variance[size - 1 - modes] > 1e-4 * variance[size - 1]) ++modes;
  const Vector kept = variance.tail(modes);
  const Eigen::MatrixXd vectors = eigen.vectors.rightCols(modes);
  if (by_row) return a.transpose() * (vectors * kept.cwiseInverse().asDiagonal());
  return vectors * kept.cwiseSqrt().cwiseInverse().asDiagonal();
}

/// Covariances along the modes, one per source, with their degrees of freedom.
CovarianceParts along_modes(const std::vector<RowMatrix>& estimating, const Eigen::MatrixXd& modes) {
  CovarianceParts covariance;
  for (const RowMatrix& part : estimating) {
    const Eigen::MatrixXd projected = part * modes;
    covariance.parts.emplace_back(projected.transpose() * projected);
    covariance.degrees_of_freedom.push_back(static_cast<double>(part.rows() - 1));
  }
  return covariance;
}

}  // namespace

CorrelatedChi2 hotelling_test(const Vector& deviations, const CovarianceParts& covariance) {
  Eigen::MatrixXd sum = Eigen::MatrixXd::Zero(deviations.size(), deviations.size());
  for (const Eigen::MatrixXd& part : covariance.parts) sum += part;
  const SymmetricEigen eigen = symmetric_eigen(sum);
  // The modes have covariance 1 in one half of the blocks; a direction in which the other half does not fluctuate is not tested.
  const Vector& variance = eigen.values;
  const Eigen::Index modes = (variance.array() > 1e-8 * variance[variance.size() - 1]).count();
  CorrelatedChi2 result;
  if (modes == 0) return result;
  const Eigen::MatrixXd whiten = eigen.vectors.rightCols(modes) * variance.tail(modes).cwiseSqrt().cwiseInverse().asDiagonal();
  const double t2 = (whiten.transpose() * deviations).squaredNorm();
  const auto m = static_cast<double>(modes);
  double inverse_nu = 0.0;
  for (std::size_t s = 0; s < covariance.parts.size(); ++s) {
    const Eigen::MatrixXd share = whiten.transpose() * covariance.parts[s] * whiten;
    inverse_nu += (share.squaredNorm() + share.trace() * share.trace()) / ((m + m * m) * covariance.degrees_of_freedom[s]);
  }
  const double nu = 1.0 / inverse_nu;
  if (!(nu > m + 1.0))
    throw FitError("a covariance of " + std::to_string(static_cast<int>(nu)) + " degrees of freedom does not tell p of " +
                   std::to_string(modes) + " residuals; expected an SVD cut or shrinkage");
  result.chi2 = t2 * (nu - m - 1.0) / nu;
  result.modes = static_cast<int>(modes);
  result.p_value = hotelling_p_value(t2, m, nu);
  return result;
}

CorrelatedChi2 correlated_chi2(const Vector& deviations, std::span<const RowMatrix> leave_one_out) {
  check_shapes(deviations, leave_one_out);
  std::vector<RowMatrix> choosing, estimating;
  Eigen::Index fewest = leave_one_out.front().rows();
  for (const RowMatrix& source : leave_one_out) {
    choosing.push_back(half(source, 0));
    estimating.push_back(half(source, 1));
    fewest = std::min(fewest, source.rows());
  }
  const RowMatrix all = stack(choosing);
  const Vector scale = inverse_errors(all, estimating);
  if (!(scale.array() > 0.0).any()) return {};
  const Eigen::MatrixXd modes = scale.asDiagonal() * leading_modes(all * scale.asDiagonal(), fewest / 8);
  return hotelling_test(modes.transpose() * deviations, along_modes(estimating, modes));
}

CorrelatedChi2 correlated_chi2(const Vector& deviations, const RowMatrix& leave_one_out) {
  return correlated_chi2(deviations, std::span<const RowMatrix>(&leave_one_out, 1));
}

double chi2_p_value(double chi2, double degrees_of_freedom) {
  using Policy = boost::math::policies::policy<boost::math::policies::promote_double<false>>;
  return boost::math::gamma_q(0.5 * degrees_of_freedom, 0.5 * chi2, Policy());
}

double normal_p_value(double pull) { return std::erfc(std::abs(pull) / std::sqrt(2.0)); }

double student_p_value(double pull, double degrees_of_freedom) { return hotelling_p_value(pull * pull, 1.0, degrees_of_freedom); }

}  // namespace nnft
