/// @file Sections of a config that do not go together, and what is said about them.

#include <gtest/gtest.h>

#include "support/wrong_config.hpp"

namespace nnft::config_conflicts_test {
namespace {

using namespace wrong_config;

/// Sections of deformations, and the one complaint about them.
struct WrongDeformation {
  std::string sections;
  std::string begin;
  std::vector<std::string> parts;
};

TEST(ConfigConflicts, OfDeformations) {
  const std::string quartic = "[deformation]\nkind = weight-quartic\nstrength = ",
                    ring = "[deformation-2]\nkind = weight-ring\nstrength = ";
  const std::string score = "[measure]\nderivatives = score\n";
  const std::vector<WrongDeformation> wrong_deformations = {
      {"[deformation]\nkind = quartic\n", "deformation.kind: expected none or weight-quartic", {"got 'quartic'"}},
      {"[deformation]\nkind = none\nstrength = 1\n", "deformation.strength: expected only with deformation.kind", {}},
      {"[deformation]\nkind = weight-quartic\n", "deformation.strength: missing", {}},
      {quartic + "0 0\n", "deformation.strength: expected numbers", {"got 0 twice"}},
      {quartic + "0 -0.1\n", "deformation.strength: expected strengths >= 0", {"normalised", "got -0.1"}},
      {"[deformation]\nkind = weight-ring\nstrength = 0.5\n",
       "deformation.strength: expected strengths between -0.5 and 0.5",
       {"got 0.5"}},
      {"[deformation]\nkind = shared-scale\nstrength = -1\n", "deformation.strength: expected strengths >= 0", {"variance"}},
      {ring + "0\n", "deformation-2.kind: expected none, since deformation.kind is none", {}},
      {quartic + "0\n[deformation-2]\nkind = weight-quartic\nstrength = 0\n",
       "deformation-2.kind: expected another kind",
       {"again"}},
      {quartic + "1\n" + ring + "0.1\n", "deformation-2.strength: expected only 0", {"no exact sampler", "score"}},
      {quartic + "0\n" + ring + "0.1\n[measure]\nderivatives = differences\n", "measure.derivatives: expected score", {}},
      {score, "measure.derivatives: expected none", {}},
      {"[measure]\nderivative-order = 1\n", "measure.derivative-order: expected only with", {}},
      {quartic + "0\n" + score + "derivative-order = 4\n", "measure.derivative-order: expected a whole number from 1 to 3", {}},
      {quartic + "0\n[measure]\nderivatives = differences\nderivative-order = 3\n",
       "measure.derivative-order: expected 1 or 2",
       {}},
      {"[deformation]\nkind = shared-scale\nstrength = 1\n[measure]\nsources = 1 0 0\n", "measure.sources: expected none", {}},
  };
  for (const WrongDeformation& wrong : wrong_deformations) {
    const std::vector<std::string> lines = problems(minimal + wrong.sections);
    ASSERT_EQ(lines.size(), 1u) << wrong.sections << ::testing::PrintToString(lines);
    EXPECT_TRUE(contains(lines[0], wrong.begin)) << lines[0] << "\n  lacks " << wrong.begin;
    for (const std::string& part : wrong.parts) EXPECT_TRUE(contains(lines[0], part)) << lines[0] << "\n  lacks " << part;
  }
  EXPECT_TRUE(problems(minimal + quartic + "0\n" + ring + "-0.1 0.1\n" + score).empty());
  const std::string uniform = replaced(minimal, "cos", "mlp\nweight-density = uniform");
  EXPECT_TRUE(problems(uniform + quartic + "0\n" + score).empty());
  EXPECT_EQ(problems(uniform + quartic + "1\n").size(), 1u);
  // V of student-t weights has as few moments as they have: those of order 4 for each power of the quartic one.
  const auto student = [&](const std::string& activation, const std::string& degrees, const std::string& sections) {
    return problems(
        replaced(minimal, "cos",
                 "mlp\nweight-density = student-t\nactivation = " + activation + "\ndegrees-of-freedom = " + degrees) +
        sections + score);
  };
  expect_one(student("tanh", "8", quartic + "0\n"),
             "jobs/a.ini:", {"field.degrees-of-freedom: expected more than 8", "score", "got 8"});
  EXPECT_TRUE(student("tanh", "8.5", quartic + "0\n").empty());
  expect_one(student("relu", "12", quartic + "0\n"), "jobs/a.ini:", {"field.degrees-of-freedom: expected more than 12"});
  EXPECT_TRUE(student("tanh", "2.5", "[deformation]\nkind = weight-ring\nstrength = 0\n").empty());
  EXPECT_TRUE(student("tanh", "2.5", "[deformation]\nkind = shared-scale\nstrength = 0.3\n").empty());
  // Neighbouring strengths would be drawn from weights that are not normal.
  expect_one(problems(uniform + quartic + "0\n[measure]\nderivatives = differences\n"),
             "jobs/a.ini:", {"measure.derivatives: expected score with weight-density = uniform"});
  EXPECT_EQ(problems(replaced(minimal, "cos", "free-scalar\ncutoff = 1") + quartic + "0\n").size(), 1u);
  EXPECT_EQ(problems(replaced(minimal, "8 16", "inf") + quartic + "0\n" + score).size(), 1u);
}

TEST(ConfigConflicts, OfHistograms) {
  const std::string one = "[measure]\nhistogram = 0\nhistogram-range = 3\n";
  const auto entries = [&](const std::string& text) { return replaced(one, "= 0", "= " + text); };
  const std::vector<WrongDeformation> wrong_histograms = {
      {entries("0; 3"), "jobs/a.ini:9: measure.histogram: expected sites below 3", {"got 3"}},
      {entries("1 1"), "measure.histogram: expected none, or entries", {"got site 1 twice in entry 1"}},
      {entries("0; 0 1 2"), "measure.histogram: expected none, or entries", {"got 3 sites in entry 2"}},
      {entries("0;; 1"), "measure.histogram: expected none, or entries", {"got 0 sites in entry 2"}},
      {entries("0 1; 1 0"), "measure.histogram: expected none, or entries", {"got '1 0' again in entry 2"}},
      {entries("-1"), "measure.histogram: expected none, or entries", {"got '-1'"}},
      {entries("all"), "measure.histogram: expected none, or entries", {"got 'all'"}},
      {entries(""), "measure.histogram: expected none, or entries", {"got ''"}},
      {"[measure]\nhistogram = 0\n", "jobs/a.ini: measure.histogram-range: missing; expected a number > 0", {}},
      {replaced(one, "= 3", "= 0"), "measure.histogram-range: expected a number > 0", {"got '0'"}},
      {replaced(one, "= 3", "= 1e101"), "measure.histogram-range: expected a number > 0", {"got '1e101'"}},
      {replaced(one, "= 3", "= inf"), "measure.histogram-range: expected a number > 0", {"got 'inf'"}},
      {one + "histogram-bins = 1\n", "measure.histogram-bins: expected a whole number from 2 to 512", {"got '1'"}},
      {one + "histogram-bins = 513\n", "measure.histogram-bins: expected a whole number from 2 to 512", {"got '513'"}},
      {"[measure]\nhistogram-range = 1\n", "measure.histogram-range: expected only with measure.histogram", {}},
      {"[measure]\nhistogram = none\nhistogram-bins = 8\n", "measure.histogram-bins: expected only with measure.histogram", {}},
      {one + "[deformation]\nkind = shared-scale\nstrength = 0.1\n",
       "measure.histogram: expected none with shared-scale",
       {"never drawn", "got '0'"}},
  };
  for (const WrongDeformation& wrong : wrong_histograms) {
    const std::vector<std::string> lines = problems(minimal + wrong.sections);
    ASSERT_EQ(lines.size(), 1u) << wrong.sections << ::testing::PrintToString(lines);
    EXPECT_TRUE(contains(lines[0], wrong.begin)) << lines[0] << "\n  lacks " << wrong.begin;
    for (const std::string& part : wrong.parts) EXPECT_TRUE(contains(lines[0], part)) << lines[0] << "\n  lacks " << part;
  }
  EXPECT_TRUE(problems(minimal + one).empty());
  EXPECT_EQ(problems(minimal + one, {{"measure.histogram", "none"}}).size(), 1u);  // then the range is out of place
  std::string many, sites = "0";
  for (int i = 1; i < 80; ++i) {
    many += "0 " + std::to_string(i) + ";";
    sites += "; " + std::to_string(i);
  }
  expect_one(problems(replaced(minimal, "0; 0.5; 1", sites) + entries(many) + "histogram-bins = 512\norders = 2\n"),
             "jobs/a.ini:11: measure.histogram-bins: ", {"expected at most 16777216 bins", "got 20709376"});
}

}  // namespace
}  // namespace nnft::config_conflicts_test
