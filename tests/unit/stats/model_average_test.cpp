#include "nnft/stats/model_average.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "nnft/core/error.hpp"

namespace nnft::model_average_test {
namespace {

const double nan = std::nan("");

TEST(ModelWeights, PenaliseParametersAndCutPoints) {
  const std::vector<ModelScore> scores = {{5.0, 2, 0}, {3.0, 3, 0}, {3.0, 2, 1}, {7.0, 2, 0}, {nan, 1, 0}};
  const Vector weights = model_weights(scores);
  const double other = std::exp(-1.0), sum = 3.0 + other;
  for (const int k : {0, 1, 2}) EXPECT_NEAR(weights[k], 1.0 / sum, 1e-15) << k;
  EXPECT_NEAR(weights[3], other / sum, 1e-15);
  EXPECT_EQ(weights[4], 0.0);
}

TEST(ModelWeights, OfHugeChi2AreFinite) {
  const std::vector<ModelScore> scores = {{1e6, 1, 0}, {1e6 + 2.0, 1, 0}};
  EXPECT_NEAR(model_weights(scores)[0], 1.0 / (1.0 + std::exp(-1.0)), 1e-12);
  const std::vector<ModelScore> none = {{nan, 1, 0}};
  EXPECT_EQ(model_weights(none)[0], 0.0);
}

// Two equally likely values: half of their distance squared joins the variance.
TEST(ModelAverage, AddsTheSpreadOfTheModels) {
  Vector values(2), errors(2);
  values << 1.0, 2.0;
  errors << 0.3, 0.4;
  const AveragedParameter average = average_models(values, errors, Vector::Constant(2, 0.5));
  EXPECT_DOUBLE_EQ(average.value, 1.5);
  EXPECT_NEAR(average.error, std::sqrt(0.5 * (0.09 + 0.16) + 0.25), 1e-15);
  EXPECT_DOUBLE_EQ(average.weight, 1.0);
}

TEST(ModelAverage, OverThoseThatHaveTheParameter) {
  Vector values(3), errors(3), weights(3);
  values << nan, 1.0, 3.0;
  errors << nan, 0.1, 0.1;
  weights << 0.6, 0.3, 0.1;
  const AveragedParameter average = average_models(values, errors, weights);
  EXPECT_NEAR(average.value, 1.5, 1e-15);
  EXPECT_NEAR(average.weight, 0.4, 1e-15);
  EXPECT_NEAR(average.error, std::sqrt(0.01 + 0.75), 1e-15);
  EXPECT_TRUE(std::isnan(average_models(Vector::Constant(1, nan), Vector::Constant(1, nan), Vector::Ones(1)).value));
  EXPECT_THROW(average_models(values, errors, Vector::Ones(2)), ShapeError);
}

}  // namespace
}  // namespace nnft::model_average_test
