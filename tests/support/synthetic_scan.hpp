#pragma once
// Measurements with known truth: values of independent sources whose blocks are Gaussian.
#include <Eigen/Cholesky>
#include <cmath>
#include <random>
#include <vector>

#include "nnft/stats/least_squares.hpp"
#include "nnft/stats/series_fit.hpp"

namespace nnft::test {

/// One source: its points share random numbers.
struct SyntheticSource {
  std::vector<FitPoint> points;
  Vector truth;
  Eigen::MatrixXd mixing;  ///< covariance of the values is mixing · mixingᵀ
  int blocks;
};

struct SyntheticScan {
  std::vector<FitPoint> points;
  Vector truth;
  MeasuredValues measured;
  std::vector<RowMatrix> leave_one_out;  ///< of each source
};

inline RowMatrix draw_blocks(const SyntheticSource& source, std::mt19937_64& engine) {
  std::normal_distribution<double> normal;
  RowMatrix noise(source.blocks, source.mixing.cols());
  for (double& x : noise.reshaped()) x = normal(engine);
  return (noise * source.mixing.transpose() * std::sqrt(source.blocks)).rowwise() + source.truth.transpose();
}

inline RowMatrix without_one_block(const RowMatrix& blocks) {
  const auto count = static_cast<double>(blocks.rows());
  const Eigen::RowVectorXd sum = blocks.colwise().sum();
  return ((-blocks).rowwise() + sum) / (count - 1.0);
}

inline SyntheticScan draw_scan(const std::vector<SyntheticSource>& sources, const Regulator& regulator, std::mt19937_64& engine) {
  SyntheticScan scan;
  Eigen::Index points = 0;
  for (const SyntheticSource& source : sources) points += source.truth.size();
  scan.truth.resize(points);
  scan.measured.value.resize(points);
  Eigen::Index first = 0;
  for (const SyntheticSource& source : sources) {
    const Eigen::Index size = source.truth.size();
    const RowMatrix blocks = draw_blocks(source, engine);
    scan.points.insert(scan.points.end(), source.points.begin(), source.points.end());
    scan.truth.segment(first, size) = source.truth;
    scan.measured.value.segment(first, size) = blocks.colwise().mean().transpose();
    scan.leave_one_out.push_back(without_one_block(blocks));
    scan.measured.sources.push_back(estimate_covariance(scan.leave_one_out.back(), regulator));
    first += size;
  }
  return scan;
}

/// Independent widths with a relative error each.
inline std::vector<SyntheticSource> widths_of(const SeriesModel& model, const Vector& coefficients, double relative_error,
                                              int blocks, const std::vector<double>& widths) {
  std::vector<SyntheticSource> sources;
  for (const double width : widths) {
    const std::vector<FitPoint> point = {{width, 0.0}};
    const Vector truth = series_design(model, model.leading_power, point) * coefficients;
    sources.push_back({point, truth, Eigen::MatrixXd::Constant(1, 1, relative_error * std::abs(truth[0])), blocks});
  }
  return sources;
}

/// One width, strengths 0, 0.25, …, whose errors are correlated by e^−|Δα|.
inline SyntheticSource strengths_of(const SeriesModel& model, const Vector& coefficients, double width, int strengths,
                                    int blocks) {
  SyntheticSource source;
  for (int k = 0; k < strengths; ++k) source.points.push_back({width, 0.25 * k});
  source.truth = series_design(model, model.leading_power, source.points) * coefficients;
  Eigen::MatrixXd covariance(strengths, strengths);
  for (int i = 0; i < strengths; ++i)
    for (int j = 0; j < strengths; ++j)
      covariance(i, j) =
          1e-4 * source.truth[0] * source.truth[0] * (1.0 + 0.1 * i) * (1.0 + 0.1 * j) * std::exp(-0.25 * std::abs(i - j));
  source.mixing = covariance.llt().matrixL();
  source.blocks = blocks;
  return source;
}

}  // namespace nnft::test
