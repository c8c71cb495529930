#include "nnft/stats/least_squares.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "nnft/stats/fit_error.hpp"
#include "nnft/stats/hypothesis.hpp"
#include "nnft/stats/jackknife.hpp"
#include "support/synthetic_scan.hpp"

namespace nnft::least_squares_test {
namespace {

using test::draw_scan;
using test::SyntheticScan;

/// A joint scan: widths 4, 8, 16, four correlated strengths of each, with 40 blocks.
SyntheticScan joint_scan(const SeriesModel& model, std::mt19937_64& engine) {
  Vector coefficients(4);
  coefficients << 1.0, 0.3, -0.5, 0.2;
  std::vector<test::SyntheticSource> sources;
  for (const double width : {4.0, 8.0, 16.0}) sources.push_back(test::strengths_of(model, coefficients, width, 4, 40));
  return draw_scan(sources, {}, engine);
}

/// Values 1, 2, … of independent sources with errors e_k, from `blocks` blocks each: ± e_k.
MeasuredValues independent(const Vector& value, const Vector& error, int blocks) {
  MeasuredValues measured{value, {}};
  for (Eigen::Index k = 0; k < value.size(); ++k) {
    RowMatrix rows(blocks, 1);
    for (int b = 0; b < blocks; ++b) rows(b, 0) = (b % 2 == 0 ? 1.0 : -1.0) * error[k] / std::sqrt(blocks - 1.0);
    measured.sources.push_back(estimate_covariance(rows, {}));
  }
  return measured;
}

TEST(LeastSquares, WeightedMean) {
  Vector value(3), error(3);
  value << 1.0, 2.0, 4.0;
  error << 1.0, 0.5, 2.0;
  const int blocks = 100;
  const LeastSquares fit = least_squares(Eigen::MatrixXd::Ones(3, 1), independent(value, error, blocks));
  const Vector weight = error.cwiseAbs2().cwiseInverse();
  const double sum = weight.sum(), mean = weight.dot(value) / sum;
  const double chi2 = (weight.array() * (value.array() - mean).square()).sum();
  EXPECT_NEAR(fit.parameters[0], mean, 1e-14);
  EXPECT_NEAR(fit.raw_chi2, chi2, 1e-12);
  EXPECT_NEAR(fit.fitted[2], mean, 1e-14);
  EXPECT_EQ(fit.dof, 2);
  // Meier's variance of a weighted mean: (1 + 4 Σ w (1 − w)/ν)/Σw with w the relative weights.
  const Vector relative = weight / sum;
  const double more = 4.0 * (relative.array() * (1.0 - relative.array())).sum() / (blocks - 1.0);
  EXPECT_NEAR(fit.covariance(0, 0), (1.0 + more) / sum, 1e-13);
  EXPECT_NEAR(fit.weight_noise(0, 0), more / sum, 1e-13);
}

// One source with two values, one parameter: T² has one degree of freedom, p is Student's.
TEST(LeastSquares, OneSourceHasStudentsPValue) {
  std::mt19937_64 engine(3);
  const SeriesModel model{0.0, false, {{0, 0}}};
  const SyntheticScan scan = draw_scan({test::strengths_of(model, Vector::Ones(1), 8.0, 2, 12)}, {}, engine);
  const LeastSquares fit = least_squares(Eigen::MatrixXd::Ones(2, 1), scan.measured);
  const double difference = scan.measured.value[1] - scan.measured.value[0];
  const RowMatrix& rows = scan.leave_one_out[0];
  const double error = jackknife_error(rows.col(1) - rows.col(0))[0];
  EXPECT_NEAR(fit.p_value, student_p_value(difference / error, 11.0), 1e-12);
  EXPECT_NEAR(fit.chi2, std::pow(difference / error, 2) * 9.0 / 11.0, 1e-10);
}

// At fixed weights the covariance is the jackknife over all deletions of one block of one source.
TEST(LeastSquares, CovarianceIsThatOfLeaveOneOutParameters) {
  std::mt19937_64 engine(5);
  const SeriesModel model{1.0, false, series_terms({1, 1})};
  const SyntheticScan scan = joint_scan(model, engine);
  const Eigen::MatrixXd design = series_design(model, 1.0, scan.points);
  const LeastSquares fit = least_squares(design, scan.measured);
  Eigen::MatrixXd covariance = Eigen::MatrixXd::Zero(4, 4);
  for (std::size_t w = 0; w < 3; ++w) {
    const RowMatrix& rows = scan.leave_one_out[w];
    // By hand: the fit with the same weights to the values without one block.
    RowMatrix refitted(rows.rows(), 4);
    for (Eigen::Index b = 0; b < rows.rows(); ++b) {
      MeasuredValues without = scan.measured;
      without.value.segment(4 * static_cast<Eigen::Index>(w), 4) += (rows.row(b) - rows.colwise().mean()).transpose();
      refitted.row(b) = least_squares(design, without).parameters.transpose();
    }
    const RowMatrix parameters = leave_one_out_parameters(fit, 4 * static_cast<Eigen::Index>(w), rows);
    EXPECT_TRUE(parameters.isApprox(refitted, 1e-11));
    const RowMatrix deviation = parameters.rowwise() - parameters.colwise().mean();
    covariance += (39.0 / 40.0) * (deviation.transpose() * deviation);
  }
  EXPECT_TRUE((fit.covariance - fit.weight_noise).isApprox(covariance, 1e-10)) << fit.covariance << "\n\n" << covariance;
}

// The minimum does not depend on the basis of the parameters, and residuals are orthogonal to the model.
TEST(LeastSquares, DoesNotDependOnUnitsOfValuesOrParameters) {
  std::mt19937_64 engine(7);
  const SeriesModel model{1.0, false, series_terms({1, 1})};
  const SyntheticScan scan = joint_scan(model, engine);
  const Eigen::MatrixXd design = series_design(model, 1.0, scan.points);
  const LeastSquares fit = least_squares(design, scan.measured);
  Vector units(4);
  units << 1e-9, 1e7, 3.0, 1e-3;
  MeasuredValues other{scan.measured.value * 1e-6, {}};
  for (const RowMatrix& rows : scan.leave_one_out) other.sources.push_back(estimate_covariance(rows * 1e-6, {}));
  const LeastSquares scaled = least_squares(design * units.asDiagonal(), other);
  EXPECT_NEAR(scaled.chi2, fit.chi2, 1e-8 * fit.chi2);
  EXPECT_NEAR(scaled.p_value, fit.p_value, 1e-8);
  EXPECT_TRUE((units.asDiagonal() * scaled.parameters * 1e6).isApprox(fit.parameters, 1e-9));
  EXPECT_NEAR(raw_chi2(fit.fitted, scan.measured), fit.raw_chi2, 1e-8 * fit.raw_chi2);
}

// Two values, one parameter: χ² is one square, p that of a normal deviate.
TEST(LeastSquares, ARegulatorChangesWeightsAndNotTheMeaningOfP) {
  std::mt19937_64 engine(9);
  const SeriesModel model{0.0, false, {{0, 0}}};
  const SyntheticScan scan =
      draw_scan({test::strengths_of(model, Vector::Ones(1), 8.0, 2, 12)}, {RegulatorKind::svd_cut, 0.5}, engine);
  const LeastSquares fit = least_squares(Eigen::MatrixXd::Ones(2, 1), scan.measured);
  EXPECT_EQ(regulator_text(scan.measured.sources[0].regulator), "SVD cut 0.5");
  const double difference = scan.measured.value[1] - scan.measured.value[0];
  const double error = jackknife_error(scan.leave_one_out[0].col(1) - scan.leave_one_out[0].col(0))[0];
  EXPECT_EQ(fit.chi2, fit.raw_chi2);
  EXPECT_NEAR(fit.p_value, normal_p_value(difference / error), 1e-12);
  EXPECT_NEAR(chi2_p_value(6.0, 2.0), std::exp(-3.0), 1e-14);
}

TEST(LeastSquares, RefusesWhatDoesNotDetermineTheParameters) {
  const MeasuredValues measured = independent(Vector::Ones(3), Vector::Ones(3), 20);
  EXPECT_THROW(least_squares(Eigen::MatrixXd::Random(3, 4), measured), FitError);
  Eigen::MatrixXd twice = Eigen::MatrixXd::Ones(3, 2);
  EXPECT_THROW(least_squares(twice, measured), FitError);
  twice.col(1).setZero();
  EXPECT_THROW(least_squares(twice, measured), FitError);
  EXPECT_THROW(least_squares(Eigen::MatrixXd::Ones(2, 1), measured), ShapeError);
  EXPECT_THROW(least_squares(Eigen::MatrixXd::Ones(12, 1), independent(Vector::Ones(12), Vector::Ones(12), 2)), FitError)
      << "residuals outnumber the degrees of freedom of their covariance";
  const LeastSquares interpolation = least_squares(Eigen::MatrixXd::Identity(3, 3), measured);
  EXPECT_EQ(interpolation.dof, 0);
  EXPECT_EQ(interpolation.p_value, 1.0);
}

}  // namespace
}  // namespace nnft::least_squares_test
