#include "nnft/stats/least_squares.hpp"

#include <Eigen/QR>
#include <string>

#include "nnft/stats/fit_error.hpp"
#include "nnft/stats/hypothesis.hpp"

namespace nnft {
namespace {

void check_shapes(Eigen::Index rows, const MeasuredValues& measured) {
  Eigen::Index points = 0;
  for (const SourceCovariance& source : measured.sources) points += source.values();
  if (rows != measured.value.size() || points != rows)
    throw ShapeError("least_squares: expected as many rows and errors as values, got " + std::to_string(rows) + " rows, " +
                     std::to_string(points) + " errors and " + std::to_string(measured.value.size()) + " values");
}

/// T M, source by source.
Eigen::MatrixXd whitened(const Eigen::MatrixXd& matrix, const MeasuredValues& measured) {
  Eigen::MatrixXd result(matrix.rows(), matrix.cols());
  Eigen::Index first = 0;
  for (const SourceCovariance& source : measured.sources) {
    result.middleRows(first, source.values()) = source.whitening * matrix.middleRows(first, source.values());
    first += source.values();
  }
  return result;
}

/// The whitened system, in which C is the unit matrix.
struct WhitenedSystem {
  Vector parameters;
  Eigen::MatrixXd response;   ///< ∂c/∂(Ty), shape (parameters, points)
  Eigen::MatrixXd residuals;  ///< orthonormal basis of what no parameter reaches, shape (points, dof)
};

WhitenedSystem solve(const Eigen::MatrixXd& design, const Vector& value) {
  const Eigen::Index points = design.rows(), count = design.cols();
  const Vector scale = design.colwise().norm().transpose();
  if (!(scale.array() > 0.0).all() || !scale.allFinite()) throw FitError("a parameter has no effect on any of the points");
  Eigen::ColPivHouseholderQR<Eigen::MatrixXd> qr(design * scale.cwiseInverse().asDiagonal());
  qr.setThreshold(1e-12);
  if (qr.rank() < count)
    throw FitError(std::to_string(points) + " points determine " + std::to_string(qr.rank()) + " of " + std::to_string(count) +
                   " parameters");
  const Eigen::MatrixXd basis = qr.householderQ() * Eigen::MatrixXd::Identity(points, points);
  const Eigen::MatrixXd inverse =
      qr.matrixQR().topRows(count).triangularView<Eigen::Upper>().solve(basis.leftCols(count).transpose());
  WhitenedSystem system;
  system.response = scale.cwiseInverse().asDiagonal() * (qr.colsPermutation() * inverse);
  system.parameters = scale.cwiseInverse().asDiagonal() * qr.solve(value);
  system.residuals = basis.rightCols(points - count);
  return system;
}

/// Covariances of the parameters, source by source.
void add_covariances(LeastSquares& fit, const WhitenedSystem& system, const MeasuredValues& measured) {
  Eigen::Index first = 0;
  for (const SourceCovariance& source : measured.sources) {
    const Eigen::Index size = source.values();
    const Eigen::MatrixXd response = system.response.middleCols(first, size);
    const Eigen::MatrixXd residuals = system.residuals.middleRows(first, size);
    const Eigen::MatrixXd estimate = source.propagated.asDiagonal();
    const Eigen::MatrixXd left = estimate * (residuals * residuals.transpose());
    const Eigen::MatrixXd noise = left * estimate + left.trace() * estimate;
    fit.response.middleCols(first, size) = response * source.whitening;
    fit.covariance += response * estimate * response.transpose();
    fit.weight_noise += (2.0 / source.degrees_of_freedom) * (response * noise * response.transpose());
    first += size;
  }
  fit.covariance += fit.weight_noise;
}

/// p of Σ λ z² by the χ² with the same mean and variance; z are standard normal, λ the eigenvalues of `covariance`.
double quadratic_form_p_value(double value, const Eigen::MatrixXd& covariance) {
  const double mean = covariance.trace(), half_variance = covariance.squaredNorm();
  return chi2_p_value(value * mean / half_variance, mean * mean / half_variance);
}

void add_test(LeastSquares& fit, const WhitenedSystem& system, const MeasuredValues& measured, const Vector& value) {
  const Vector along = system.residuals.transpose() * value;
  fit.raw_chi2 = fit.chi2 = along.squaredNorm();
  fit.dof = static_cast<int>(along.size());
  if (fit.dof == 0) return;
  CovarianceParts parts;
  Eigen::MatrixXd sum = Eigen::MatrixXd::Zero(fit.dof, fit.dof);
  Eigen::Index first = 0;
  bool regulated = false;
  for (const SourceCovariance& source : measured.sources) {
    const Eigen::MatrixXd rows = system.residuals.middleRows(first, source.values());
    parts.parts.emplace_back(rows.transpose() * source.propagated.asDiagonal() * rows);
    parts.degrees_of_freedom.push_back(source.degrees_of_freedom);
    sum += parts.parts.back();
    regulated = regulated || source.regulator.kind != RegulatorKind::none;
    first += source.values();
  }
  if (regulated) {
    fit.p_value = quadratic_form_p_value(fit.raw_chi2, sum);
    return;
  }
  const CorrelatedChi2 test = hotelling_test(along, parts);
  fit.chi2 = test.chi2;
  fit.p_value = test.p_value;
}

}  // namespace

LeastSquares least_squares(const Eigen::MatrixXd& design, const MeasuredValues& measured) {
  check_shapes(design.rows(), measured);
  const Eigen::Index points = design.rows(), count = design.cols();
  if (points < count)
    throw FitError(std::to_string(points) + " points for " + std::to_string(count) + " parameters; expected at least as many");
  const Vector value = whitened(measured.value, measured);
  const WhitenedSystem system = solve(whitened(design, measured), value);
  LeastSquares fit;
  fit.parameters = system.parameters;
  fit.fitted = design * fit.parameters;
  fit.covariance = fit.weight_noise = Eigen::MatrixXd::Zero(count, count);
  fit.response.resize(count, points);
  add_covariances(fit, system, measured);
  add_test(fit, system, measured, value);
  return fit;
}

RowMatrix leave_one_out_parameters(const LeastSquares& fit, Eigen::Index first, const RowMatrix& leave_one_out) {
  const Eigen::RowVectorXd mean = leave_one_out.colwise().mean();
  const RowMatrix shifts = (leave_one_out.rowwise() - mean) * fit.response.middleCols(first, leave_one_out.cols()).transpose();
  return shifts.rowwise() + fit.parameters.transpose();
}

double raw_chi2(const Vector& fitted, const MeasuredValues& measured) {
  check_shapes(fitted.size(), measured);
  return whitened(measured.value - fitted, measured).squaredNorm();
}

}  // namespace nnft
