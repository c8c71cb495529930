#include "nnft/theory/neuron_rule.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "nnft/core/error.hpp"

namespace nnft::neuron_rule_test {
namespace {

/// A rule whose only feature is 1 + error(level).
NeuronRule rule_with_error(double (*error)(int)) {
  NeuronRule rule;
  rule.name = "a test";
  rule.sites = 1;
  rule.tolerance = 1e-6;
  rule.nodes = [](int level) { return std::pow(10.0, level); };
  rule.visit = [error](int level, const FeatureVisitor& visitor) {
    visitor({Vector::Ones(1), RowMatrix::Constant(1, 1, 1.0 + error(level))});
  };
  return rule;
}

TEST(NeuronRule, RefinesUntilTwoLevelsAgree) {
  const MomentLayout layout(1, {2, 4});
  const Vector moments = feature_moments(layout, rule_with_error([](int level) { return std::pow(10.0, -2 * level); }));
  // E[h²] = (1 + 10^{−10})²: level 5 is the first that agrees with the one before in both orders.
  EXPECT_NEAR(moments[0] - 1.0, 2e-10, 1e-13);
  EXPECT_NEAR(moments[1] - 1.0, 4e-10, 1e-13);
}

TEST(NeuronRule, SaysWhatItReached) {
  try {
    feature_moments(MomentLayout(1, {2}), rule_with_error([](int level) { return level % 2 == 0 ? 0.0 : 1e-3; }));
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_NE(std::string(error.what()).find("of a test reached a relative accuracy of 0.001997;"), std::string::npos)
        << error.what();
  }
}

TEST(NeuronRule, SitesMustFit) {
  EXPECT_THROW(feature_moments(MomentLayout(2, {2}), rule_with_error([](int) { return 0.0; })), ShapeError);
}

// E[r²] = D, E[r⁴] = D(D + 2).
TEST(NeuronRule, RadiusMoments) {
  for (const int d : {1, 2, 3}) {
    EXPECT_NEAR(gaussian_radius_moment(d, 2), d, 1e-14);
    EXPECT_NEAR(gaussian_radius_moment(d, 4), d * (d + 2), 1e-13);
  }
}

}  // namespace
}  // namespace nnft::neuron_rule_test
