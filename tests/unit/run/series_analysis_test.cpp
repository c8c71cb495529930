#include "nnft/run/series_analysis.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "nnft/core/error.hpp"
#include "nnft/io/schema.hpp"
#include "nnft/run/series_file.hpp"
#include "nnft/run/series_table.hpp"
#include "nnft/stats/jackknife.hpp"
#include "support/synthetic_scan.hpp"

namespace nnft::series_analysis_test {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// G4c of three tuples that are 1, 2 and −1 times N^-1 (1 + 0.3 α − 0.5/N + 0.2 α/N), strengths 0, 0.25, … of every width in one
/// source, and a W without error.
FitInput scan(const std::vector<double>& widths, int strengths, int blocks = 64) {
  const SeriesModel model{1.0, false, series_terms({1, 1})};
  Vector coefficients(4);
  coefficients << 1.0, 0.3, -0.5, 0.2;
  FitInput input;
  input.variables = {{"G4c", "quad", {"quad_i", "quad_j", "quad_k", "quad_l"}, 4, 0, {{0, 0, 0, 0}, {0, 0, 0, 1}, {0, 0, 1, 1}}},
                     {"W", "source", {}, 0, 0, {{0}}}};
  input.axes = {"strength"};
  for (int b = 0; b < blocks; ++b) input.blocks.push_back(10 + b);
  std::mt19937_64 engine(21);
  std::vector<VariableValues> values;
  for (const double width : widths) {
    const bool infinite = std::isinf(width);
    const test::SyntheticSource source = test::strengths_of(model, coefficients, infinite ? 1.0 : width, strengths, blocks);
    const test::SyntheticScan drawn = test::draw_scan({source}, {}, engine);
    for (int s = 0; s < strengths; ++s) {
      input.points.push_back({width, {0.25 * s}});
      const Vector factors = Eigen::Vector3d(1.0, 2.0, -1.0) * (infinite ? 0.0 : 1.0);
      VariableValues point;
      point.value = drawn.measured.value[s] * factors;
      point.leave_one_out = drawn.leave_one_out[0].col(s) * factors.transpose();
      point.error = jackknife_error(point.leave_one_out);
      point.trusted = Vector::Ones(3);
      values.push_back(point);
    }
  }
  input.values = [values](std::size_t point, const FitVariable& variable) {
    if (variable.order == 4) return values[point];
    return VariableValues{Vector::Ones(1), Vector::Zero(1), RowMatrix::Ones(values[point].leave_one_out.rows(), 1),
                          Vector::Ones(1)};
  };
  return input;
}

std::string refusal(const FitInput& input, const FitRequest& request) {
  try {
    analyse_series(input, request);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "not refused";
}

double pull(const TupleFit& fit, Eigen::Index k, double truth) {
  return (fit.fit.parameters[k] - truth) / std::sqrt(fit.fit.covariance(k, k));
}

TEST(SeriesAnalysis, FitsInWidthSeparatelyForEachStrength) {
  const SeriesAnalysis analysis = analyse_series(scan({32, 4, 8, 16, 64}, 3), {});
  EXPECT_EQ(analysis.variable.name, "G4c");
  EXPECT_EQ(analysis.direction, FitDirection::width);
  ASSERT_EQ(analysis.groups.size(), 3u);
  EXPECT_EQ(analysis.groups[0].name, "strength 0");
  EXPECT_EQ(analysis.groups[2].name, "strength 0.5");
  EXPECT_EQ(analysis.groups[1].points.front().at, (FitPoint{4.0, 0.25}));
  // Orders 0 … 3 of five widths, 0 … 2 of four, 0 and 1 of three.
  EXPECT_EQ(analysis.models.size(), 9u);
  for (const FitGroup& group : analysis.groups) {
    const double alpha = group.strengths[0];
    for (std::size_t t = 0; t < 3; ++t) {
      const double factor = t == 0 ? 1.0 : (t == 1 ? 2.0 : -1.0);
      const TupleFit& fit = group.tuples[t][1];
      ASSERT_TRUE(fit.done);
      EXPECT_EQ(fit.fit.dof, 3);
      EXPECT_LT(std::abs(pull(fit, 0, factor * (1.0 + 0.3 * alpha))), 4.5);
      EXPECT_LT(std::abs(pull(fit, 1, factor * (-0.5 + 0.2 * alpha))), 4.5);
      double sum = 0.0;
      for (const TupleFit& each : group.tuples[t]) sum += each.weight;
      EXPECT_NEAR(sum, 1.0, 1e-12);
    }
  }
}

TEST(SeriesAnalysis, FitsInStrengthSeparatelyForEachWidth) {
  FitRequest request;
  request.direction = FitDirection::strength;
  request.orders = {1};
  request.tuples = {{1, 0, 0, 0}};
  const SeriesAnalysis analysis = analyse_series(scan({4, 8}, 6), request);
  ASSERT_EQ(analysis.groups.size(), 2u);
  EXPECT_EQ(analysis.groups[1].name, "width 8");
  EXPECT_EQ(analysis.models.size(), 1u);
  EXPECT_EQ(analysis.models[0].series.leading_power, 0.0);
  const TupleFit& fit = analysis.groups[1].tuples.at(0).at(0);
  EXPECT_EQ(fit.fit.dof, 4);
  EXPECT_LT(std::abs(pull(fit, 0, 2.0 * (1.0 - 0.5 / 8.0) / 8.0)), 4.5);
  EXPECT_LT(std::abs(pull(fit, 1, 2.0 * (0.3 + 0.2 / 8.0) / 8.0)), 4.5);
  EXPECT_TRUE(analysis.groups[1].regulators.empty());
}

TEST(SeriesAnalysis, InTheStrengthTheSeriesThroughAllPointsIsTriedToo) {
  FitRequest request;
  request.direction = FitDirection::strength;
  const SeriesAnalysis analysis = analyse_series(scan({4}, 3), request);
  ASSERT_EQ(analysis.models.size(), 3u);
  EXPECT_EQ(analysis.groups[0].tuples[0][2].fit.dof, 0);
  const SeriesAnalysis in_width = analyse_series(scan({4, 8, 16}, 1), {});
  for (const TupleFit& fit : in_width.groups[0].tuples[0]) EXPECT_GT(fit.fit.dof, 0) << "in the width one is left over";
  // A constant is refused, in so many words.
  request.orders = {0};
  const SeriesAnalysis constant = analyse_series(scan({4}, 3), request);
  EXPECT_NE(series_table(constant, TableLength::all, PointTable::none).find("NO SERIES FITS (p = "), std::string::npos);
  EXPECT_EQ(series_table(analysis, TableLength::all, PointTable::none).find("NO SERIES FITS"), std::string::npos);
}

TEST(SeriesAnalysis, FitsInBoth) {
  FitRequest request;
  request.direction = FitDirection::both;
  request.orders = {1};
  request.strength_orders = {1, 2};
  const SeriesAnalysis analysis = analyse_series(scan({4, 8, 16}, 4), request);
  ASSERT_EQ(analysis.groups.size(), 1u);
  EXPECT_EQ(analysis.groups[0].name, "");
  ASSERT_EQ(analysis.models.size(), 4u) << "both orders, of all widths and without the narrowest";
  const double truth[] = {1.0, 0.3, -0.5, 0.2};
  for (int k = 0; k < 4; ++k) EXPECT_LT(std::abs(pull(analysis.groups[0].tuples[0][0], k, truth[k])), 4.5);
  EXPECT_EQ(analysis.places(analysis.models[0]), (std::vector<int>{0, 1, 3, 4})) << "among 1 α α² and the same over N";
}

TEST(SeriesAnalysis, LeavesOutInfiniteWidthAndPointsWithoutError) {
  const SeriesAnalysis analysis = analyse_series(scan({4, 8, 16, infinity}, 1), {});
  EXPECT_EQ(analysis.groups[0].points.size(), 3u);
  ASSERT_EQ(analysis.remarks.size(), 1u);
  EXPECT_NE(analysis.remarks[0].find("1 of 4 scan points, at infinite width"), std::string::npos);
  FitRequest request;
  request.leading_power = 0.0;
  const SeriesAnalysis constant = analyse_series(scan({4, 8, 16, infinity}, 1), request);
  ASSERT_EQ(constant.remarks.size(), 1u);
  EXPECT_NE(constant.remarks[0].find("no value has an error"), std::string::npos);
  request.variable = "W";
  EXPECT_NE(refusal(scan({4, 8, 16}, 1), request).find("points with errors"), std::string::npos);
}

TEST(SeriesAnalysis, ATupleWithoutErrorIsNotFitted) {
  FitInput input = scan({4, 8, 16}, 1);
  const auto values = input.values;
  input.values = [values](std::size_t point, const FitVariable& variable) {
    VariableValues all = values(point, variable);
    if (point == 1) all.leave_one_out.col(2).setConstant(all.value[2]);
    return all;
  };
  const SeriesAnalysis analysis = analyse_series(input, {});
  EXPECT_TRUE(analysis.groups[0].tuples[0][0].done);
  EXPECT_FALSE(analysis.groups[0].tuples[2][0].done);
  EXPECT_EQ(analysis.groups[0].remarks.size(), 1u);
  EXPECT_NE(series_table(analysis, TableLength::all, PointTable::pulls).find("no statistical error"), std::string::npos);
}

TEST(SeriesAnalysis, NamesTheRegulatorThatActs) {
  FitRequest request;
  request.direction = FitDirection::strength;
  const SeriesAnalysis few = analyse_series(scan({8}, 6, 24), request);
  EXPECT_EQ(few.groups[0].regulators.at("SVD cut 0.261"), 3);
  EXPECT_NE(series_table(few, TableLength::all, PointTable::none).find("SVD cut 0.261, 3 times"), std::string::npos);
  request.regulator = Regulator{RegulatorKind::svd_cut, 0.0};
  EXPECT_TRUE(analyse_series(scan({8}, 6, 24), request).groups[0].regulators.empty());
  request.regulator.reset();
  request.optimal_shrinkage = true;
  EXPECT_EQ(analyse_series(scan({8}, 6, 24), request).groups[0].regulators.begin()->first.substr(0, 9), "shrinkage");
}

TEST(SeriesAnalysis, AbsentBlocksDoNotTakePart) {
  FitInput input = scan({4, 8, 16}, 2);
  const auto values = input.values;
  input.values = [values](std::size_t point, const FitVariable& variable) {
    VariableValues all = values(point, variable);
    all.leave_one_out.row(5).setConstant(std::nan(""));
    return all;
  };
  FitRequest request;
  request.leave_one_out = true;
  const SeriesAnalysis analysis = analyse_series(input, request);
  const FitGroup& group = analysis.groups[0];
  ASSERT_EQ(group.deletions.size(), 3u * 63u);
  EXPECT_EQ(group.deletions[5].block, 16);
  const TupleFit& fit = group.tuples[0][0];
  ASSERT_EQ(fit.leave_one_out.rows(), 3 * 63);
  double variance = 0.0;
  for (int w = 0; w < 3; ++w) variance += std::pow(jackknife_error(fit.leave_one_out.middleRows(63 * w, 63))[0], 2);
  EXPECT_NEAR(variance, fit.fit.covariance(0, 0) - fit.fit.weight_noise(0, 0), 1e-12 * variance);
}

TEST(SeriesAnalysis, RefusesWhatTheScanCannotMeet) {
  const FitInput input = scan({4, 8, 16}, 2);
  FitRequest request;
  const auto expect = [&](const std::string& part) {
    EXPECT_NE(refusal(input, request).find(part), std::string::npos) << refusal(input, request);
    request = {};
  };
  request.variable = "G8c";
  expect("--variable: expected one of G4c, W (what the file has leave-one-out values of), got 'G8c'");
  request.orders = {3};
  expect("--order: expected one that the points determine: 4 parameters of the width need as many widths; there are 3");
  request.tuples = {{0, 1, 1, 1}};
  expect("--tuples: expected tuples that the file has of G4c, got '0 1 1 1'");
  request.width.least = 12;
  request.strength.most = 0.0;
  expect("--in: expected several widths or strengths in range, got 1 finite widths and 1 strengths");
  request.direction = FitDirection::width;
  request.width.least = 12;
  expect("--in: expected several finite widths in range");
  request.direction = FitDirection::strength;
  request.free_exponent = true;
  expect("--leading-power: expected a fit in width or both");
  request.strength_orders = {1};
  expect("--order-strength: expected a fit in both");
  request.axis = "strength2";
  expect("--axis: expected one of strength, got 'strength2'");
  request.direction = FitDirection::strength;
  request.orders = {2};
  expect("3 powers of the strength need as many strengths; there are 2");
}

TEST(SeriesSchema, IsConsistent) {
  FitRequest request;
  request.leave_one_out = true;
  const SeriesAnalysis analysis = analyse_series(scan({4, 8, 16, 32}, 2), request);
  const Schema schema = series_schema(analysis);
  const auto length = [&](const std::string& name) -> std::size_t {
    for (const Dimension& dimension : schema.dimensions)
      if (dimension.name == name) return dimension.size();
    return 0;
  };
  for (const Variable& variable : schema.variables) {
    std::size_t expected = 1;
    for (const std::string& name : variable.dimensions) expected *= length(name);
    const std::size_t got = variable.type == ElementType::int64 ? std::get<std::vector<std::int64_t>>(variable.values).size()
                                                                : std::get<std::vector<double>>(variable.values).size();
    EXPECT_EQ(got, expected) << variable.name;
  }
}

}  // namespace
}  // namespace nnft::series_analysis_test
