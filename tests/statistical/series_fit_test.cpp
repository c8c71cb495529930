// Fits to synthetic scans: coefficients scatter by their errors around the truth, p is uniform where the model is right and small
// where it is not, for independent widths, common random numbers, regulators, a free exponent and averages over models.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "nnft/stats/model_average.hpp"
#include "support/sizes.hpp"
#include "support/synthetic_scan.hpp"

namespace nnft {
namespace {

using test::draw_scan;
using test::SyntheticScan;
using test::SyntheticSource;

const int data_sets = test::sized(2000, 20), wrong_data_sets = test::sized(300, 20);
constexpr double scale_of_ks = 1.95;  ///< √n D exceeds it with probability 1e-3 if p is uniform

/// What many data sets say: of each parameter mean and root mean square of the pulls; of p its mean and √n times the largest
/// distance of its distribution from the uniform one.
struct Ensemble {
  Vector mean, rms;
  double mean_p = 0.0, ks = 0.0, per_dof = 0.0;
  double rejected = 0.0;  ///< share of p below 0.001
};

Ensemble summarise(const RowMatrix& pulls, std::vector<double> p, const std::vector<double>& per_dof) {
  Ensemble all{pulls.colwise().mean(), (pulls.colwise().squaredNorm() / static_cast<double>(pulls.rows())).cwiseSqrt()};
  std::sort(p.begin(), p.end());
  const auto n = static_cast<double>(p.size());
  for (std::size_t k = 0; k < p.size(); ++k) {
    all.mean_p += p[k] / n;
    all.ks = std::max(
        {all.ks, std::sqrt(n) * (static_cast<double>(k + 1) / n - p[k]), std::sqrt(n) * (p[k] - static_cast<double>(k) / n)});
    all.rejected += p[k] < 1e-3 ? 1.0 / n : 0.0;
    all.per_dof += per_dof[k] / n;
  }
  return all;
}

using Sources = std::vector<SyntheticSource>;

/// Fits `model` to data of the sources; pulls are against `truth`, NaN where there is none.
Ensemble fit_many(const Sources& sources, const SeriesModel& model, const Vector& truth,
                  const std::function<Regulator(int)>& regulator, int repetitions = data_sets) {
  std::mt19937_64 engine(20251125);
  RowMatrix pulls(repetitions, truth.size());
  std::vector<double> p, per_dof;
  for (int r = 0; r < repetitions; ++r) {
    const SyntheticScan scan = draw_scan(sources, regulator(sources.front().blocks), engine);
    const LeastSquares fit = fit_series(model, scan.points, scan.measured);
    pulls.row(r) = ((fit.parameters - truth).array() / fit.covariance.diagonal().array().sqrt()).transpose();
    p.push_back(fit.p_value);
    per_dof.push_back(fit.chi2 / fit.dof);
  }
  return summarise(pulls, p, per_dof);
}

void print(const std::string& name, const Ensemble& all) {
  std::printf("%s: rms pull", name.c_str());
  for (const double rms : all.rms) std::printf(" %.3f", rms);
  std::printf(", mean pull");
  for (const double mean : all.mean) std::printf(" %+.3f", mean);
  std::printf(", mean p %.3f, sqrt(n) D %.2f, chi2/dof %.3f, rejected %.3f\n", all.mean_p, all.ks, all.per_dof, all.rejected);
}

/// The root mean square of n pulls scatters by 1/√(2n): four of that, and `slack` for what is left out.
void expect_covered(const std::string& name, const Ensemble& all, double slack = 0.02) {
  print(name, all);
  NNFT_SKIP_IF_SMALL();
  for (const double mean : all.mean) EXPECT_LT(std::abs(mean), 4.0 / std::sqrt(data_sets)) << name;
  for (const double rms : all.rms) EXPECT_NEAR(rms, 1.0, 4.0 / std::sqrt(2.0 * data_sets) + slack) << name;
}

void expect_uniform(const std::string& name, const Ensemble& all) {
  NNFT_SKIP_IF_SMALL();
  EXPECT_LT(all.ks, scale_of_ks) << name;
  EXPECT_NEAR(all.per_dof, 1.0, 0.08) << name;
}

Regulator none(int) { return {}; }
const std::vector<double> widths = {4, 8, 16, 32, 64};

Vector coefficients(std::initializer_list<double> values) {
  return Eigen::Map<const Vector>(std::data(values), std::ssize(values));
}

const SeriesModel in_width{1.0, false, series_terms({1, 0})};
const SeriesModel in_strength{1.0, false, series_terms({0, 2})};
const SeriesModel in_both{1.0, false, series_terms({1, 1})};

TEST(SeriesInWidth, ErrorsCoverAndPIsUniform) {
  const Vector truth = coefficients({0.7, -2.0});
  for (const int blocks : {256, 24}) {
    const Ensemble all = fit_many(test::widths_of(in_width, truth, 0.02, blocks, widths), in_width, truth, none);
    const std::string name = "widths, " + std::to_string(blocks) + " blocks";
    expect_covered(name, all, blocks == 24 ? 0.03 : 0.02);
    expect_uniform(name, all);
  }
}

TEST(SeriesInWidth, AMissingOrderIsRejected) {
  const Vector truth = coefficients({0.7, -2.0});
  const SeriesModel constant{1.0, false, series_terms({0, 0})};
  const Ensemble all =
      fit_many(test::widths_of(in_width, truth, 0.02, 256, widths), constant, truth.head(1), none, wrong_data_sets);
  print("widths, the 1/N correction left out", all);
  NNFT_SKIP_IF_SMALL();
  EXPECT_GT(all.rejected, 0.99);
}

TEST(SeriesInStrength, ErrorsCoverAndPIsUniform) {
  const Vector truth = coefficients({1.0, 0.3, -0.5});
  for (const int blocks : {256, 32}) {
    const Ensemble all = fit_many({test::strengths_of(in_strength, truth, 8.0, 6, blocks)}, in_strength, truth, none);
    const std::string name = "strengths, " + std::to_string(blocks) + " blocks";
    expect_covered(name, all, blocks == 32 ? 0.03 : 0.02);
    expect_uniform(name, all);
  }
}

// The same errors, but every point a source of its own.
TEST(SeriesInStrength, IgnoringCorrelationsIsRejected) {
  const Vector truth = coefficients({1.0, 0.3, -0.5});
  const SyntheticSource source = test::strengths_of(in_strength, truth, 8.0, 8, 256);
  std::mt19937_64 engine(1);
  const int repetitions = test::sized(1000, 20);
  RowMatrix pulls(repetitions, 3);
  std::vector<double> p(static_cast<std::size_t>(repetitions)), per_dof(p.size());
  for (int r = 0; r < repetitions; ++r) {
    const SyntheticScan scan = draw_scan({source}, {}, engine);
    MeasuredValues measured{scan.measured.value, {}};
    for (Eigen::Index k = 0; k < 8; ++k) measured.sources.push_back(estimate_covariance(scan.leave_one_out[0].col(k), {}));
    const LeastSquares fit = fit_series(in_strength, scan.points, measured);
    pulls.row(r) = ((fit.parameters - truth).array() / fit.covariance.diagonal().array().sqrt()).transpose();
    p[static_cast<std::size_t>(r)] = fit.p_value;
    per_dof[static_cast<std::size_t>(r)] = fit.chi2 / fit.dof;
  }
  const Ensemble all = summarise(pulls, p, per_dof);
  print("strengths, correlations ignored", all);
  NNFT_SKIP_IF_SMALL();
  EXPECT_GT(all.ks, scale_of_ks);
  EXPECT_GT((all.rms.array() - 1.0).abs().maxCoeff(), 4.5 / std::sqrt(2.0 * repetitions));
}

TEST(SeriesInBoth, ErrorsCoverAndPIsUniform) {
  const Vector truth = coefficients({1.0, 0.3, -0.5, 0.2});
  Sources sources;
  for (const double width : {4.0, 8.0, 16.0, 32.0}) sources.push_back(test::strengths_of(in_both, truth, width, 3, 64));
  const Ensemble all = fit_many(sources, in_both, truth, none);
  expect_covered("joint", all);
  expect_uniform("joint", all);
}

TEST(FreeExponent, ErrorsCoverAndPIsUniform) {
  const Vector truth = coefficients({0.7, -2.0, 1.0});
  const SeriesModel free{1.0, true, series_terms({1, 0})};
  const Ensemble all = fit_many(test::widths_of(in_width, truth.head(2), 0.003, 256, {4, 8, 16, 32, 64, 128}), free, truth, none);
  expect_covered("free exponent", all, 0.05);
  expect_uniform("free exponent", all);
}

// Fewer blocks than a covariance needs: with a regulator errors cover, without one they are too small.
TEST(Regulators, ErrorsCoverWithFewBlocks) {
  const Vector truth = coefficients({1.0, 0.3, -0.5});
  const Sources sources = {test::strengths_of(in_strength, truth, 8.0, 12, 24)};
  const Ensemble cut = fit_many(sources, in_strength, truth, [](int blocks) { return default_regulator(blocks, 12); });
  expect_covered("12 strengths, 24 blocks, default SVD cut", cut, 0.04);
  if (!test::small_sizes()) {
    EXPECT_NEAR(cut.mean_p, 0.5, 0.06);
  }
  const Ensemble shrunk = fit_many(sources, in_strength, truth, [](int) { return Regulator{RegulatorKind::shrinkage, 0.2}; });
  expect_covered("12 strengths, 24 blocks, shrinkage 0.2", shrunk, 0.06);
  const Ensemble bare = fit_many(sources, in_strength, truth, none, wrong_data_sets);
  print("12 strengths, 24 blocks, no regulator", bare);
  NNFT_SKIP_IF_SMALL();
  EXPECT_GT(bare.rms.minCoeff(), 1.2);
}

// Truth of order 2: averages over orders 0 … 3 and two cuts cover the leading coefficient although orders 0 and 1 do not.
TEST(ModelAverage, CoversTheLeadingCoefficient) {
  const Vector truth = coefficients({0.7, -1.0, 2.0});
  const Sources sources = test::widths_of({1.0, false, series_terms({2, 0})}, truth, 0.01, 256, {4, 8, 16, 32, 64, 128});
  std::mt19937_64 engine(8);
  RowMatrix pulls(data_sets, 2);
  for (int r = 0; r < data_sets; ++r) {
    const SyntheticScan scan = draw_scan(sources, {}, engine);
    std::vector<ModelScore> scores;
    std::vector<double> values, errors;
    for (int cut = 0; cut <= 2; ++cut)
      for (int order = 0; order <= 3 - cut; ++order) {
        const MeasuredValues kept{scan.measured.value.tail(6 - cut),
                                  {scan.measured.sources.begin() + cut, scan.measured.sources.end()}};
        const LeastSquares fit = fit_series({1.0, false, series_terms({order, 0})},
                                            std::span(scan.points).subspan(static_cast<std::size_t>(cut)), kept);
        scores.push_back({fit.chi2, order + 1, cut});
        values.push_back(fit.parameters[0]);
        errors.push_back(std::sqrt(fit.covariance(0, 0)));
      }
    const Vector value = Eigen::Map<const Vector>(values.data(), std::ssize(values));
    const Vector error = Eigen::Map<const Vector>(errors.data(), std::ssize(errors));
    const AveragedParameter average = average_models(value, error, model_weights(scores));
    pulls(r, 0) = (average.value - truth[0]) / average.error;
    pulls(r, 1) = (value[1] - truth[0]) / error[1];
  }
  const double rms = std::sqrt(pulls.col(0).squaredNorm() / data_sets), wrong = std::sqrt(pulls.col(1).squaredNorm() / data_sets);
  std::printf("average over 9 models: rms pull %.3f, mean %+.3f; order 1 alone: rms pull %.3f\n", rms, pulls.col(0).mean(),
              wrong);
  NNFT_SKIP_IF_SMALL();
  EXPECT_LT(rms, 1.25);
  EXPECT_GT(wrong, 1.5);
}

}  // namespace
}  // namespace nnft
