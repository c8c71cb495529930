#include "nnft/run/plan.hpp"

#include <gtest/gtest.h>

#include "nnft/core/error.hpp"

namespace nnft::plan_test {
namespace {

Config config_of(const std::string& more) {
  return parse_config("[field]\narchitecture = cos\nwidth = 4 8 16 32\n[sites]\npoints = 0; 1; 2\n[run]\n" + more, "test.ini",
                      {});
}

TEST(Plan, RoundsNetworksUpToWholeRounds) {
  EXPECT_EQ(Plan(config_of("networks = 1000\nblocks = 10\nslice = 16\n"), 1).networks(), 1120u);
  EXPECT_EQ(Plan(config_of("networks = 1120\nblocks = 10\nslice = 16\n"), 1).slices_per_block(), 7u);
  EXPECT_EQ(Plan(config_of("networks = 1\nblocks = 10\nslice = 16\n"), 1).networks(), 160u);
}

TEST(Plan, GroupsCoverThePointsAndFitTheMemory) {
  const std::string small = "networks = 1e6\nblocks = 20000\nslice = 16\nmax-memory = 130M\n";
  const Config config = config_of(small);
  const Plan plan(config, 1);
  EXPECT_GT(plan.groups().size(), 1u);
  std::uint64_t next = 0;
  for (const Range& group : plan.groups()) {
    EXPECT_EQ(group.begin, next);
    next = group.end;
  }
  EXPECT_EQ(next, 4u);
  EXPECT_LE(plan.memory().total(), static_cast<double>(config.run.max_memory));
  EXPECT_LT(Plan(config, 64).groups().size(), plan.groups().size());
}

// Hidden layers of every copy: at 2 strengths with 6 neighbours, 3 sites and two layers of 1000 neurons in double.
TEST(Plan, CountsTheLayersOfDeepCopies) {
  const auto sampler = [](const std::string& depth, const std::string& derivatives) {
    const std::string text = "[field]\narchitecture = mlp\nwidth = 1000\nhidden-draw = weights\ndepth = " + depth +
                             "\n[sites]\npoints = 0; 1; 2\n[run]\nnetworks = 1000\n[deformation]\nkind = weight-quartic\n"
                             "strength = 0 1\n[measure]\nderivatives = " +
                             derivatives + "\n";
    return Plan(parse_config(text, "test.ini", {}), 1).memory().sampler;
  };
  const double layer = 8.0 * 1000 * 16 * 3 * 2;
  EXPECT_DOUBLE_EQ(sampler("2", "none") - sampler("1", "none"), layer);
  EXPECT_DOUBLE_EQ(sampler("3", "none") - sampler("1", "none"), 2 * layer);
  EXPECT_DOUBLE_EQ(sampler("3", "differences") - sampler("1", "differences"), 12 * layer);
  EXPECT_GT(sampler("1", "differences"), sampler("1", "none"));
}

TEST(Plan, CountsHistograms) {
  const auto plan = [](const std::string& more) {
    return Plan(config_of("networks = 1000\nblocks = 10\nslice = 100\n[measure]\n" + more), 1);
  };
  const Plan without = plan("orders = 2"),
             with = plan("orders = 2\nhistogram = 0; 0 1\nhistogram-range = 3\nhistogram-bins = 100");
  // Counts of both entries, and the conditional density of the first one.
  constexpr double bins = 100 + 100 * 100 + 100, table = 8.0 * bins * 10;
  EXPECT_EQ(with.sums().size() - without.sums().size(), bins);
  EXPECT_GE(with.memory().trees - without.memory().trees, table);
  EXPECT_GE(with.memory().analysis - without.memory().analysis, 2 * table);
  EXPECT_GE(with.memory().sampler - without.memory().sampler, 16 * bins);
  // Sums and one subtree of four scan points; leave-one-out values of correlators are stored, those of histograms are not.
  EXPECT_GE(with.file_bytes() - without.file_bytes(), 4 * 2 * table);
  EXPECT_LT(with.file_bytes() - without.file_bytes(), 4 * 2.6 * table);
}

TEST(Plan, RefusesAPointThatDoesNotFit) {
  try {
    Plan(config_of("networks = 1e6\nblocks = 1000000\nslice = 16\nmax-memory = 1M\n"), 1);
    FAIL() << "expected UsageError";
  } catch (const UsageError& error) {
    EXPECT_NE(std::string(error.what()).find("run.max-memory: expected at least"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace nnft::plan_test
