#include "nnft/theory/source_threshold.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <string>

#include "nnft/core/error.hpp"

namespace nnft::source_threshold_test {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

// The largest response is never below that of any direction, and a fine random search comes close to it from below.
TEST(SourceThreshold, LargestResponseIsTheMaximum) {
  std::mt19937_64 engine(5);
  std::normal_distribution<double> normal;
  for (const int dimension : {1, 2, 3, 4})
    for (int round = 0; round < 5; ++round) {
      const RowMatrix loadings = RowMatrix::NullaryExpr(4, dimension, [&] { return normal(engine); });
      const Vector sources = Vector::NullaryExpr(4, [&] { return normal(engine); });
      const double largest = largest_response(Activation::relu, loadings, sources);
      const auto response = [&](const Vector& u) { return std::abs(sources.dot((loadings * u.normalized()).cwiseMax(0.0))); };
      Vector best = Vector::Ones(dimension);
      for (int trial = 0; trial < 20000; ++trial) {
        const double spread = trial < 2000 ? 10.0 : std::pow(10.0, -trial / 4000.0);  // from anywhere to close to the best
        const Vector u = best.normalized() + spread * Vector::NullaryExpr(dimension, [&] { return normal(engine); });
        if (response(u) > response(best)) best = u;
      }
      EXPECT_LE(response(best), largest * (1 + 1e-12)) << dimension;
      EXPECT_GE(response(best), largest * (1 - 1e-3)) << dimension;
    }
}

TEST(SourceThreshold, MlpWithUnboundedActivation) {
  const SiteSet site(RowMatrix::Constant(1, 1, 0.8));
  const Vector one = Vector::Ones(1);
  MlpSpec spec;
  spec.sigma_weight = 1.5;
  for (const Activation activation : {Activation::relu, Activation::gelu, Activation::identity}) {
    spec.activation = activation;
    EXPECT_NEAR(mlp_source_limit(site, spec, {{1.3, 0.0, {}}, 9.0}, one), 3.0 / (1.3 * 1.2), 1e-14);
    EXPECT_EQ(mlp_source_limit(site, spec, {{1.3, 0.0, {}}, infinite}, one), infinite);
    EXPECT_EQ(mlp_source_limit(site, spec, {{1.3, 0.0, {}}, 9.0}, Vector::Zero(1)), infinite);
    EXPECT_EQ(mlp_source_limit(site, spec, {{1.3, 0.0, {DensityShape::uniform, 0.0}}, 9.0}, one), infinite);
    EXPECT_EQ(mlp_source_limit(site, spec, {{1.3, 0.0, {DensityShape::laplace, 0.0}}, 9.0}, one), 0.0);
    for (const auto& [shape, limit] : {std::pair{DensityShape::laplace, 0.0},
                                       {DensityShape::student_t, 0.0},
                                       {DensityShape::uniform, infinite},
                                       {DensityShape::rademacher, infinite}}) {
      MlpSpec other = spec;
      other.density = {shape, 9.0};
      EXPECT_EQ(mlp_source_limit(site, other, {{1.3, 0.0, {}}, 9.0}, one), limit);
    }
    MlpSpec deep = spec;
    deep.depth = 2;
    EXPECT_EQ(mlp_source_limit(site, deep, {{1.3, 0.0, {}}, 9.0}, one), 0.0);
    EXPECT_THROW(mlp_source_limit(site, deep, {{1.3, 0.0, {DensityShape::uniform, 0.0}}, 9.0}, one), UsageError);
  }
}

TEST(SourceThreshold, BoundedFeaturesAndGauss) {
  const Vector j{{1.0, -2.0}};
  const Readout normal{{1.3, 0.2, {}}, 8.0}, laplace{{1.3, 0.0, {DensityShape::laplace, 0.0}}, 8.0},
      student{{1.3, 0.0, {DensityShape::student_t, 9.0}}, 8.0};
  EXPECT_EQ(cos_source_limit(normal, j), infinite);
  EXPECT_NEAR(cos_source_limit(laplace, j), 4.0 / (1.3 * 3.0), 1e-15);
  EXPECT_EQ(cos_source_limit(student, j), 0.0);
  EXPECT_EQ(gauss_source_limit(normal, j), 0.0);
  EXPECT_EQ(gauss_source_limit({normal.output, infinite}, j), infinite);
  MlpSpec spec;
  const SiteSet sites(RowMatrix::Ones(2, 1));
  EXPECT_EQ(mlp_source_limit(sites, spec, normal, j), infinite);
  EXPECT_EQ(mlp_source_limit(sites, spec, student, j), 0.0);
  // The amplitude of the free-scalar net in d = 1: √(2·2Λ/2π)/m at p = 0.
  EXPECT_NEAR(free_scalar_source_limit(sites, {2.0, 5.0, -1.0}, laplace, j),
              4.0 / (1.3 * 3.0 * std::sqrt(10.0 / 3.14159265358979324) / 2.0), 1e-14);
  // A Laplace a₀ counts at infinite width too.
  EXPECT_NEAR(cos_source_limit({{1.0, 0.5, {DensityShape::laplace, 0.0}}, infinite}, j), std::sqrt(2.0) / 0.5, 1e-15);
}

TEST(SourceThreshold, MessageNamesTheLargestMultiple) {
  EXPECT_NO_THROW(expect_finite_sources(1.5, "mlp"));
  try {
    expect_finite_sources(0.75, "mlp");
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_NE(std::string(error.what()).find("less than 0.75 times"), std::string::npos);
  }
  EXPECT_THROW(expect_finite_sources(1.0, "mlp"), UsageError);
}

}  // namespace
}  // namespace nnft::source_threshold_test
