// The result file of Markov chains: what it holds, and that everything can be computed from its sums again.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <random>

#include "nnft/io/result_file.hpp"
#include "nnft/run/checkpoint_file.hpp"
#include "nnft/run/fit_input.hpp"
#include "nnft/run/provenance.hpp"
#include "nnft/run/result_output.hpp"
#include "nnft/run/result_table.hpp"
#include "nnft/run/stored_result.hpp"
#include "support/mpi_main.hpp"
#include "support/one_node_config.hpp"
#include "support/one_node_theory.hpp"

namespace nnft {
namespace {

using test::OneNodeTheory;
using test::world;

OneNodeTheory theory_at(const ScanPoint& point) {
  OneNodeTheory theory;
  theory.lambda = point.strengths[0];
  theory.mu2 = point.strengths[1];
  return theory;
}

/// A slice of free fields with weights e^{−V}.
SumNode weighted_slice(const OneNodeTheory& theory, const SumLayout& layout, std::uint64_t seed, std::uint64_t index) {
  std::mt19937_64 engine(seed);
  std::normal_distribution<double> normal;
  const double spread = std::sqrt(theory.kernel[2] - theory.slope() * theory.kernel[1]);
  SumNode node{0, index, std::vector<double>(static_cast<std::size_t>(layout.size()), 0.0)};
  for (int t = 0; t < layout.chain().slice(); ++t) {
    const double phi = std::sqrt(theory.kernel[0]) * normal(engine);
    test::add_sample(theory, layout, {phi, theory.slope() * phi + spread * normal(engine)}, std::exp(-theory.potential(phi)),
                     node.sums.data());
  }
  return node;
}

/// Every block is sampled by the rank that its number says.
void grow(const Config& config, const Plan& plan, BlockStore& store) {
  const SumLayout layout = plan.sums();
  for (std::uint64_t p = 0; p < plan.points().size(); ++p)
    for (std::uint64_t b = 0; b < plan.blocks(); ++b) {
      if (b % static_cast<std::uint64_t>(world().size()) != static_cast<std::uint64_t>(world().rank())) continue;
      const OneNodeTheory theory = theory_at(plan.points()[p]);
      test::OneNodeChain chain(theory, layout, 1000 * config.run.seed + 100 * p + b);
      SumTree tree(layout.rule());
      for (std::uint64_t j = 0; j < plan.slices_per_block(); ++j)
        tree.add(layout.chain().is_chain() ? chain.slice() : weighted_slice(theory, layout, 1000 * (100 * p + b) + j, j));
      store.deposit(p, b, std::move(tree));
    }
  store.settle();
}

/// Writes a result of the config's scan; returns the tables on the root.
std::string write(const Config& config) {
  const Plan plan(config, world().size());
  const std::vector<Vector> kernels(plan.points().size(), OneNodeTheory{}.kernel_row());
  std::optional<BlockStore> store;
  const auto blocks = [&](const Range& points) -> const BlockStore& {
    store.emplace(world(), points.size(), plan.blocks(), plan.sums());
    grow(config, plan, *store);
    return *store;
  };
  return write_result(world(), {config, plan, kernels, ResultKind::sample, blocks},
                      start_provenance(world(), config, SimdPath::generic, "chain_result_test"),
                      [&] { return end_provenance(world(), plan, 0.0); });
}

Config config_of(const std::string& output, const std::string& method = "neuron-refresh") {
  Config config = test::one_node_config("output = " + output + "\n", method);
  config.deformations[0].strengths = {1.0, 10.0};
  config.deformations[1].strengths = {0.0, 0.5};
  config.run.blocks = 24;
  config.run.networks = 24 * 64 * 7;
  return parse_config(config.resolved(), "again", {});
}

/// A file for all tests, of its own for each number of ranks, which is removed at the end.
class ChainResultFile : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    config_ = config_of(path(""));
    tables_ = write(config_);
  }
  static void TearDownTestSuite() { remove(config_); }
  static std::string path(const std::string& name) {
    return "chain_result_test" + name + "." + std::to_string(world().size()) + ".h5";
  }
  static void remove(const Config& config) {
    world().barrier();
    if (world().root() && std::getenv("NNFT_KEEP") == nullptr) std::filesystem::remove(config.run.output);
  }
  inline static Config config_;
  inline static std::string tables_;
};

TEST_F(ChainResultFile, HoldsWhatTheAnalysisFound) {
  if (!world().root()) return;
  const ResultReader file(config_.run.output);
  const StoredResult stored(file);
  ASSERT_EQ(stored.points().size(), 4u);
  const auto first = [&](const std::string& name, std::uint64_t strength, std::uint64_t mu2) {
    std::vector<std::uint64_t> offset = {0, strength, mu2}, count = {1, 1, 1};
    if (file.shape(name).size() == 4) {
      offset.push_back(0);
      count.push_back(1);
    }
    return file.read_double(name, offset, count).front();
  };
  for (std::size_t p = 0; p < 4; ++p) {
    const PointResult result = stored.point(p);
    const std::uint64_t strength = p / 2, mu2 = p % 2;
    EXPECT_EQ(first("phi2", strength, mu2), result.chain->observables.value[1]);
    EXPECT_EQ(first("binder_err", strength, mu2), result.chain->observables.error[6]);
    EXPECT_EQ(first("G4c_plain", strength, mu2), result.chain->plain.value[3]);
    EXPECT_EQ(first("G4c", strength, mu2), result.connected.value[3]);
    EXPECT_EQ(first("G2c_variance_reduction", strength, mu2), result.chain->variance_reduction[0]);
    EXPECT_EQ(first("tau_int", strength, mu2), (*result.chain->statistics)[0].time.tau);
    const OneNodeTheory theory = theory_at(result.point);
    EXPECT_LT(std::abs(result.connected.value[0] - theory.moment(2)), 5.0 * result.connected.error[0]);
  }
  EXPECT_EQ(file.shape("V_series"), (std::vector<std::uint64_t>{1, 2, 2, 24, 64}));
  EXPECT_EQ(file.shape("phi2_jackknife"), (std::vector<std::uint64_t>{24, 1, 2, 2}));
  EXPECT_EQ(file.shape("node_x"), (std::vector<std::uint64_t>{1, 1}));
  EXPECT_EQ(file.read_double("node_weight"), (std::vector<double>{1.0}));
}

TEST_F(ChainResultFile, TheTablesSayIt) {
  if (!world().root()) return;
  for (const char* text : {"binder", "tau_int", "R-hat", "cut the variance of G2c by", "acceptance"})
    EXPECT_NE(tables_.find(text), std::string::npos) << text << " in\n" << tables_;
}

TEST_F(ChainResultFile, SubtreesGoOnWhereTheChainsEnded) {
  if (!world().root()) return;
  const Plan plan(config_, 1);
  const CheckpointSource source = inspect_checkpoint(config_.run.output, plan.blocks(), plan.slice());
  const auto subtrees = read_subtrees(source, plan.sums(), 3, {0, plan.blocks()});
  ASSERT_EQ(subtrees.size(), 3 * plan.blocks());  // 7 slices: 4 + 2 + 1
  std::vector<SumTree> trees(plan.blocks(), SumTree(plan.sums().rule()));
  for (const auto& [block, node] : subtrees) trees[block].add(node);
  OneNodeTheory theory;
  theory.mu2 = 0.5;
  test::OneNodeChain chain(theory, plan.sums(), 1000 * config_.run.seed + 300 + 5);
  SumTree expected(plan.sums().rule());
  for (int j = 0; j < 7; ++j) expected.add(chain.slice());
  const auto columns = static_cast<std::size_t>(plan.sums().size());
  EXPECT_EQ(trees[5].total(columns), expected.total(columns));  // with the state at the end
}

TEST_F(ChainResultFile, OfWeightedSamplesHasTheirEfficiencyAndNoChains) {
  const Config config = config_of(path("_reweighted"), "reweight");
  const std::string tables = write(config);
  if (world().root()) {
    const ResultReader file(config.run.output);
    const StoredResult stored(file);
    for (std::size_t p = 0; p < 4; ++p) {
      const PointResult result = stored.point(p);
      const OneNodeTheory theory = theory_at(result.point);
      EXPECT_LT(std::abs(result.connected.value[0] - theory.moment(2)), 5.0 * result.connected.error[0]);
      EXPECT_EQ(file.read_double("weight_efficiency")[p], result.chain->weight_efficiency);
    }
    EXPECT_FALSE(file.has("tau_int"));
    EXPECT_FALSE(file.has("chain_state"));
    EXPECT_NE(tables.find("of the samples are effective"), std::string::npos) << tables;
  }
  remove(config);
}

TEST_F(ChainResultFile, FitsSeeCombinedPlainAndBoxVariables) {
  if (!world().root()) return;
  const ResultReader file(config_.run.output);
  const StoredResult stored(file);
  const FitInput input = fit_input(stored);
  EXPECT_EQ(input.variables.front().name, "G4c");
  EXPECT_EQ(input.axes, (std::vector<std::string>{"strength", "mu2"}));
  const PointResult result = stored.point(2);
  std::vector<std::string> found;
  for (const FitVariable& variable : input.variables) {
    const VariableValues values = input.values(2, variable);
    ASSERT_EQ(values.value.size(), std::ssize(variable.tuples)) << variable.name;
    ASSERT_EQ(values.leave_one_out.rows(), 24) << variable.name;
    if (variable.name == "G4c_plain") {
      EXPECT_EQ(values.value[0], result.chain->plain.value[3]);
    }
    if (variable.name == "chi") {
      EXPECT_EQ(values.value[0], result.chain->observables.value[4]);
    }
    found.push_back(variable.name);
  }
  for (const char* name : {"G2c", "G2c_plain", "phi2", "binder", "m_eff"})
    EXPECT_NE(std::find(found.begin(), found.end(), name), found.end()) << name;
}

}  // namespace
}  // namespace nnft
