#include "nnft/stats/covariance_regulator.hpp"

#include <Eigen/SVD>
#include <algorithm>
#include <cmath>
#include <cstdio>

#include "nnft/stats/fit_error.hpp"

namespace nnft {
namespace {

/// Deviations X of shape (blocks, values) with XᵀX the jackknife covariance.
Eigen::MatrixXd deviations(const RowMatrix& leave_one_out) {
  const auto blocks = static_cast<double>(leave_one_out.rows());
  const Eigen::RowVectorXd mean = leave_one_out.colwise().mean();
  return (leave_one_out.rowwise() - mean) * std::sqrt((blocks - 1.0) / blocks);
}

/// Errors of the values. @throws FitError if one is rounding.
Vector errors_of(const Eigen::MatrixXd& deviations, const RowMatrix& leave_one_out) {
  Vector errors = deviations.colwise().norm().transpose();
  for (Eigen::Index k = 0; k < errors.size(); ++k)
    if (!(errors[k] > 1e-13 * std::abs(leave_one_out(0, k))))
      throw FitError("value " + std::to_string(k + 1) + " of " + std::to_string(errors.size()) + " has no statistical error");
  return errors;
}

/// Eigenvalues of the regulated correlation matrix.
Vector regulated(const Vector& eigenvalues, const Regulator& regulator) {
  if (regulator.kind == RegulatorKind::svd_cut) return eigenvalues.cwiseMax(regulator.value * eigenvalues.maxCoeff());
  if (regulator.kind == RegulatorKind::shrinkage)
    return ((1.0 - regulator.value) * eigenvalues.array() + regulator.value).matrix();
  return eigenvalues;
}

}  // namespace

std::string regulator_text(const Regulator& regulator) {
  if (regulator.kind == RegulatorKind::none) return "none";
  char text[48];
  std::snprintf(text, sizeof text, "%s %.3g", regulator.kind == RegulatorKind::svd_cut ? "SVD cut" : "shrinkage",
                regulator.value);
  return text;
}

Regulator default_regulator(Eigen::Index blocks, Eigen::Index values) {
  if (blocks >= blocks_per_value * values) return {RegulatorKind::svd_cut, smallest_fitted_eigenvalue};
  return {RegulatorKind::svd_cut, std::min(1.0, static_cast<double>(values) / static_cast<double>(blocks - 1))};
}

Regulator optimal_shrinkage(const RowMatrix& leave_one_out) {
  const Eigen::MatrixXd raw = deviations(leave_one_out);
  const Eigen::MatrixXd x = raw * errors_of(raw, leave_one_out).cwiseInverse().asDiagonal();
  double variances = 0.0, squares = 0.0;
  for (Eigen::Index i = 0; i < x.cols(); ++i)
    for (Eigen::Index j = 0; j < i; ++j) {
      const double square = std::pow(x.col(i).dot(x.col(j)), 2);
      variances += std::pow(1.0 - square, 2) / static_cast<double>(x.rows() - 1);
      squares += square;
    }
  return {RegulatorKind::shrinkage, squares > 0.0 ? std::clamp(variances / squares, 0.0, 1.0) : 0.0};
}

SourceCovariance estimate_covariance(const RowMatrix& leave_one_out, const Regulator& regulator) {
  if (leave_one_out.rows() < 2 || leave_one_out.cols() < 1)
    throw ShapeError("estimate_covariance: expected at least two blocks and one value, got shape (" +
                     std::to_string(leave_one_out.rows()) + ", " + std::to_string(leave_one_out.cols()) + ")");
  const Eigen::MatrixXd raw = deviations(leave_one_out);
  const Vector errors = errors_of(raw, leave_one_out);
  const Eigen::JacobiSVD<Eigen::MatrixXd> svd(raw * errors.cwiseInverse().asDiagonal(), Eigen::ComputeFullV);
  Vector eigenvalues = Vector::Zero(errors.size());
  eigenvalues.head(svd.singularValues().size()) = svd.singularValues().cwiseAbs2();
  // What is raised no further than the smallest eigenvalue that is fitted counts as an uncertainty of its own.
  const double floor = regulator.kind == RegulatorKind::svd_cut ? std::min(regulator.value, smallest_fitted_eigenvalue) : 0.0;
  const Vector floored = eigenvalues.cwiseMax(floor * eigenvalues.maxCoeff());
  const Vector inverted = regulated(eigenvalues, regulator);
  if (!(inverted.minCoeff() > 1e-28 * inverted.maxCoeff()))
    throw FitError("the covariance of " + std::to_string(errors.size()) + " values from " + std::to_string(leave_one_out.rows()) +
                   " blocks is singular; expected an SVD cut or shrinkage");
  SourceCovariance covariance;
  covariance.whitening =
      inverted.cwiseSqrt().cwiseInverse().asDiagonal() * svd.matrixV().transpose() * errors.cwiseInverse().asDiagonal();
  covariance.propagated = floored.cwiseQuotient(inverted);
  covariance.degrees_of_freedom = static_cast<double>(leave_one_out.rows() - 1);
  if (errors.size() > 1 && inverted != eigenvalues) covariance.regulator = regulator;
  return covariance;
}

}  // namespace nnft
