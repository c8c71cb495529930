#include "nnft/stats/series_fit.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "nnft/stats/fit_error.hpp"
#include "support/synthetic_scan.hpp"

namespace nnft::series_fit_test {
namespace {

using test::draw_scan;
using test::SyntheticScan;

constexpr double infinity = std::numeric_limits<double>::infinity();
const std::vector<double> widths = {4, 8, 16, 32, 64, 128, 256};

/// Values exactly on the series; the errors do not matter then.
SyntheticScan exact_scan(const std::vector<test::SyntheticSource>& sources) {
  std::mt19937_64 engine(11);
  SyntheticScan scan = draw_scan(sources, {}, engine);
  scan.measured.value = scan.truth;
  return scan;
}

TEST(Series, TermsAreAllProductsUpToTheOrder) {
  const std::vector<SeriesTerm> expected = {{0, 0}, {0, 1}, {0, 2}, {1, 0}, {1, 1}, {1, 2}};
  EXPECT_EQ(series_terms({1, 2}), expected);
  EXPECT_EQ(leading_power_of_order(2), 0);
  EXPECT_EQ(leading_power_of_order(4), 1);
  EXPECT_EQ(leading_power_of_order(8), 3);
}

TEST(Series, DesignHasThePowers) {
  const std::vector<FitPoint> points = {{4.0, 0.5}, {infinity, 0.0}};
  const Eigen::MatrixXd design = series_design({0.0, false, {{0, 0}, {0, 2}, {1, 1}}}, 0.0, points);
  Eigen::MatrixXd expected(2, 3);
  expected << 1.0, 0.25, 0.125, 1.0, 0.0, 0.0;
  EXPECT_EQ(design, expected);
}

// Powers up to N^-7 over N = 4 … 256: the ill-conditioned case, values span nine decades.
TEST(FitSeries, RecoversExactSeriesInWidth) {
  Vector coefficients(5);
  coefficients << 0.7, -2.0, 3.0, 0.0, 11.0;
  const SeriesModel model{3.0, false, series_terms({4, 0})};
  const SyntheticScan scan = exact_scan(test::widths_of(model, coefficients, 1e-3, 64, widths));
  const LeastSquares fit = fit_series(model, scan.points, scan.measured);
  for (int k = 0; k < 5; ++k) EXPECT_NEAR(fit.parameters[k], coefficients[k], 1e-9) << k;
  EXPECT_LT(fit.chi2, 1e-15);
  EXPECT_EQ(fit.dof, 2);
  EXPECT_NEAR(fit.p_value, 1.0, 1e-9);
}

TEST(FitSeries, RecoversExactJointSeries) {
  Vector coefficients(6);
  coefficients << 1.0, 0.3, -0.5, 0.2, 0.7, -0.1;
  const SeriesModel model{1.0, false, series_terms({1, 2})};
  std::vector<test::SyntheticSource> sources;
  for (const double width : {4.0, 8.0, 16.0}) sources.push_back(test::strengths_of(model, coefficients, width, 5, 64));
  const SyntheticScan scan = exact_scan(sources);
  const LeastSquares fit = fit_series(model, scan.points, scan.measured);
  EXPECT_TRUE(fit.parameters.isApprox(coefficients, 1e-10)) << fit.parameters;
}

TEST(FitSeries, AnInfiniteWidthIsOneOverNZero) {
  Vector coefficients(2);
  coefficients << 2.0, 5.0;
  const SeriesModel model{0.0, false, series_terms({1, 0})};
  SyntheticScan scan = exact_scan(test::widths_of(model, coefficients, 1e-3, 64, {8, 16, infinity}));
  EXPECT_TRUE(fit_series(model, scan.points, scan.measured).parameters.isApprox(coefficients, 1e-12));
  EXPECT_THROW(fit_series({0.0, true, series_terms({0, 0})}, scan.points, scan.measured), FitError);
}

TEST(FitSeries, RecoversAFreeExponentFromAWrongStart) {
  Vector coefficients(2);
  coefficients << -0.4, 1.5;
  for (const double start : {0.0, 1.0, 3.0}) {
    const SyntheticScan scan = exact_scan(test::widths_of({1.6, false, series_terms({1, 0})}, coefficients, 1e-3, 64, widths));
    const LeastSquares fit = fit_series({start, true, series_terms({1, 0})}, scan.points, scan.measured);
    EXPECT_NEAR(fit.parameters[2], 1.6, 1e-8) << start;
    EXPECT_NEAR(fit.parameters[0], -0.4, 1e-7);
    EXPECT_NEAR(fit.parameters[1], 1.5, 1e-6);
    EXPECT_EQ(fit.dof, 4);
    EXPECT_TRUE(fit.fitted.isApprox(scan.truth, 1e-9));
  }
}

TEST(FitSeries, RefusesPointsThatCoincideOrAreTooFew) {
  const SeriesModel model{1.0, false, series_terms({1, 0})};
  const SyntheticScan twice = exact_scan(test::widths_of(model, Vector::Ones(2), 1e-3, 64, {8, 16, 8}));
  EXPECT_THROW(fit_series(model, twice.points, twice.measured), FitError);
  const SyntheticScan one = exact_scan(test::widths_of(model, Vector::Ones(2), 1e-3, 64, {8}));
  EXPECT_THROW(fit_series(model, one.points, one.measured), FitError);
  const SyntheticScan two = exact_scan(test::widths_of(model, Vector::Ones(2), 1e-3, 64, {8, 16}));
  EXPECT_EQ(fit_series(model, two.points, two.measured).dof, 0);
  EXPECT_THROW(fit_series(model, one.points, two.measured), ShapeError);
}

}  // namespace
}  // namespace nnft::series_fit_test
