// Configs of fields under an operator: their keys, scan points and limits, what is known of them, and what pilots find.

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

#include "nnft/core/error.hpp"
#include "nnft/run/chain_pilot.hpp"
#include "nnft/run/config.hpp"
#include "nnft/run/exact_values.hpp"
#include "nnft/run/operator_values.hpp"

namespace nnft::field_operator_test {
namespace {

const std::string one_node =
    "[field]\narchitecture = free-scalar\ncutoff = 8\nwidth = 10 200 inf\n[sites]\npoints = 0.5\n"
    "[deformation]\nkind = field-operator\nstrength = 10\nbox = 1\nnodes = 1\n[run]\nnetworks = 1000\n";

Config parse(const std::string& text, const std::vector<Override>& overrides = {}) {
  return parse_config(text, "phi4.ini", overrides);
}

/// What the config is refused with.
std::string refusal(const std::vector<Override>& overrides) {
  try {
    const Config config = parse(one_node, overrides);
    require_normalisable(config, Plan(config, 1));
  } catch (const UsageError& error) {
    return error.what();
  }
  return "";
}

TEST(FieldOperatorConfig, HasAnAxisOfMassesAndImprovedEstimators) {
  const Config config = parse(one_node, {{"deformation.mu2", "0 1 2.5"}, {"sampling.thermalisation", "7"}});
  EXPECT_TRUE(config.has_field_operator());
  EXPECT_EQ(config.measure.estimator, EstimatorKind::improved);
  EXPECT_EQ(config.deformations[1].strengths, (std::vector<double>{0.0, 1.0, 2.5}));
  EXPECT_EQ(config.sampling.thermalisation, 7);
  EXPECT_FALSE(parse(one_node).sampling.thermalisation.has_value());
  const Plan plan(config, 1);
  EXPECT_EQ(plan.axes(), (std::vector<std::string>{"width", "strength", "mu2"}));
  ASSERT_EQ(plan.points().size(), 9u);
  EXPECT_EQ(plan.points()[1].name, "width 10, strength 10, mu2 1");
  EXPECT_EQ(parse(config.resolved()), config);
  // What decides the samples is in the identity.
  for (const Override& other : std::vector<Override>{{"deformation.box", "2"},
                                                     {"deformation.kappa", "1"},
                                                     {"sampling.updates", "2"},
                                                     {"deformation.rule", "midpoint"},
                                                     {"sampling.method", "reweight"}})
    EXPECT_NE(parse(one_node, {other}).identity(), parse(one_node).identity()) << other.first;
}

TEST(FieldOperatorConfig, RefusesWhatCannotBeSampled) {
  const std::vector<std::pair<Override, std::string>> refused = {
      {{"sampling.method", "neuron-refresh"}, "sampling.method: expected auto, reweight, elliptical-slice or hmc at width inf"},
      {{"sampling.method", "hmc"}, "sampling.method: expected auto, reweight or neuron-refresh at finite width"},
      {{"field.sigma-out-bias", "0.1"}, "field.sigma-out-bias: expected 0 with field-operator, got 0.1"},
      {{"measure.estimator", "conditional"},
       "measure.estimator: expected plain or improved with deformation.kind = field-operator"},
      {{"measure.derivatives", "score"}, "measure.derivatives: expected none with field-operator"},
      {{"deformation-2.kind", "weight-ring"},
       "deformation-2.kind: expected only with deformation.kind other than field-operator"},
      {{"deformation.nodes", "70000"}, "deformation.nodes"},
      {{"deformation.box", "0"}, "deformation.box: expected a number > 0, got '0'"},
      {{"field.out-density", "uniform"},
       "field.width: expected finite widths with field-operator and out-density other than normal"},
  };
  for (const auto& [override, expected] : refused)
    EXPECT_NE(refusal({override}).find(expected), std::string::npos) << override.first << ": " << refusal({override});
  EXPECT_EQ(refusal({{"sampling.method", "reweight"}}), "");
  EXPECT_THROW(
      parse("[field]\narchitecture = cos\nwidth = 3\n[sites]\npoints = 0\n[run]\nnetworks = 9\n[sampling]\nmethod = hmc\n"),
      UsageError);
}

// B1 of which the limits are known: 1.290 and 0.0491.
TEST(FieldOperatorConfig, RefusesOperatorsWithoutAMeanWithTheNumberThatDecides) {
  const std::vector<Override> b1 = {{"deformation.box", "4"}, {"deformation.nodes", "24"}, {"deformation.strength", "0"}};
  const auto at = [&](const char* width, const char* mu2) {
    std::vector<Override> all = b1;
    all.insert(all.end(), {{"field.width", width}, {"deformation.mu2", mu2}});
    return refusal(all);
  };
  EXPECT_EQ(at("inf", "1.28"), "");
  EXPECT_NE(at("inf", "1.3").find("deformation.mu2: expected less than 1.2899"), std::string::npos) << at("inf", "1.3");
  EXPECT_EQ(at("50", "0.049"), "");
  EXPECT_NE(at("50", "0.05").find("deformation.mu2: expected less than 0.0490"), std::string::npos) << at("50", "0.05");
  EXPECT_NE(refusal({{"deformation.strength", "-1"}}).find("deformation.strength: expected numbers >= 0"), std::string::npos);
  EXPECT_EQ(refusal({{"deformation.strength", "-1"}, {"deformation.kappa", "0.1"}}), "");
  EXPECT_NE(refusal({{"deformation.kappa", "-0.1"}}).find("deformation.kappa: expected a number >= 0"), std::string::npos);
}

// One node at the observation point: physics reference, deterministic quadrature.
TEST(OperatorValues, AreThoseOfTheReferenceAtOneNode) {
  const Config config = parse(one_node);
  const Plan plan(config, 1);
  const std::vector<std::pair<double, double>> expected = {
      {0.257161755, -0.012091346}, {0.290682360, -0.036861032}, {0.292634827, -0.038257672}};
  for (std::size_t p = 0; p < expected.size(); ++p) {
    const Vector connected = exact_values(config, plan.points()[p], plan.sums()).connected;
    EXPECT_NEAR(connected[0], expected[p].first, 1e-9) << p;
    EXPECT_NEAR(connected[1], expected[p].second, 1e-9) << p;
  }
  // Without the operator the free theory of the same width.
  const Config free = parse(one_node, {{"deformation.strength", "0"}});
  const Vector connected = exact_values(free, Plan(free, 1).points()[0], plan.sums()).connected;
  EXPECT_NEAR(10.0 * connected[1] / (connected[0] * connected[0]), 10.5, 0.1);
  // A mass term alone shifts 1/G at one node, on any number of nodes along the eigenvectors of G.
  const Config massive = parse(one_node, {{"deformation.strength", "0"}, {"deformation.mu2", "0.7"}, {"field.width", "inf"}});
  const double shifted = exact_values(massive, Plan(massive, 1).points()[0], plan.sums()).connected[0];
  EXPECT_NEAR(1.0 / shifted, 1.0 / 0.46041657583944 - 0.7, 1e-12);
  const Config many = parse(one_node, {{"deformation.nodes", "8"}, {"field.width", "10"}});
  EXPECT_THROW(exact_values(many, Plan(many, 1).points()[0], plan.sums()), UsageError);
  EXPECT_THROW(perturbative_values(config, plan.points()[0], plan.sums()), UsageError) << "of a finite width";
  const Vector series = perturbative_values(
                            parse(one_node, {{"deformation.strength", "0.001"}}),
                            [&] {
                              ScanPoint point = plan.points()[2];
                              point.strengths[0] = 0.001;
                              return point;
                            }(),
                            plan.sums())
                            .connected;
  const double free_square = 0.46041657583944;
  EXPECT_NEAR(series[0], free_square - 0.001 * 0.5 * std::pow(free_square, 3) + 1e-6 * (1.0 / 6 + 0.5) * std::pow(free_square, 5),
              1e-9);
}

TEST(ChainPilot, FindsWhatChainsNeed) {
  const Config config =
      parse(one_node, {{"deformation.strength", "100"}, {"deformation.mu2", "0 20"}, {"field.width", "30 inf"}});
  const Plan plan(config, 1);
  const ChainFactory factory(config, widest_simd_path());
  for (const ScanPoint& point : plan.points()) {
    const ChainSettings settings = chain_pilot(config, factory, point), again = chain_pilot(config, factory, point);
    EXPECT_EQ(settings.thermalisation, again.thermalisation);
    EXPECT_GE(static_cast<double>(settings.thermalisation), fewest_thermalisation_updates);
    EXPECT_GE(static_cast<double>(settings.thermalisation), thermalisation_times * settings.autocorrelation_time);
    const bool hybrid = sampling_method(config, point) == SamplingMethod::hmc;
    EXPECT_EQ(hybrid, std::isinf(point.width) && point.strengths[1] > 0.0);
    EXPECT_EQ(settings.leapfrogs > 0, hybrid);
  }
}

TEST(ChainPilot, RefusesWeightsOfWhichTooFewAreEffective) {
  const auto pilot = [&](const char* strength) {
    const Config config = parse(one_node, {{"deformation.strength", strength},
                                           {"sampling.method", "reweight"},
                                           {"field.width", "inf"},
                                           {"deformation.box", "4"},
                                           {"deformation.nodes", "24"}});
    return chain_pilot(config, ChainFactory(config, widest_simd_path()), Plan(config, 1).points()[0]);
  };
  EXPECT_NO_THROW(pilot("1"));
  try {
    pilot("1000");
    FAIL() << "was not refused";
  } catch (const UsageError& error) {
    EXPECT_NE(std::string(error.what()).find("% of the samples are effective (at least 10 % are needed"), std::string::npos)
        << error.what();
  }
}

}  // namespace
}  // namespace nnft::field_operator_test
