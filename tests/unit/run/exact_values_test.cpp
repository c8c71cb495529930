#include "nnft/run/exact_values.hpp"

#include <gtest/gtest.h>

#include <string>

#include "nnft/core/error.hpp"

namespace nnft::exact_values_test {
namespace {

Config relu_config(const std::string& density, const std::string& derivatives) {
  return parse_config("[field]\narchitecture = mlp\nactivation = relu\nweight-density = " + density +
                          "\nwidth = 5\n[sites]\npoints = 0.4; 1\n[deformation]\nkind = weight-quartic\nstrength = 0\n" +
                          "[measure]\nderivatives = " + derivatives + "\n[run]\nnetworks = 1000\n",
                      "test.ini", {});
}

ExactValues exact_of(const Config& config) {
  const Plan plan(config, 1);
  return exact_values(config, plan.points().front(), plan.sums());
}

// Radius and direction of the weights are independent of each other only if these are normal.
TEST(ExactValues, OfDerivativesByQuarticAreThoseOfNormalWeights) {
  EXPECT_EQ(exact_of(relu_config("normal", "score")).derivatives.rows(), 2);
  EXPECT_NO_THROW(exact_of(relu_config("uniform", "none")));
  EXPECT_THROW(exact_of(relu_config("uniform", "score")), UsageError);
}

}  // namespace
}  // namespace nnft::exact_values_test
