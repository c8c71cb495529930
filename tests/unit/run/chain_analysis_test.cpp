#include "nnft/run/chain_analysis.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

#include "nnft/run/analysis.hpp"
#include "support/one_node_config.hpp"
#include "support/one_node_theory.hpp"
#include "support/sizes.hpp"

namespace nnft::chain_analysis_test {
namespace {

using test::ChainRun;
using test::one_node_config;
using test::one_node_table;
using test::OneNodeTheory;

const Vector kernel_of(const OneNodeTheory& theory) { return theory.kernel_row(); }

PointResult analyse_table(const Config& config, const OneNodeTheory& theory, const BlockTable& table) {
  return analyse(config, Plan(config, 1).points().front(), sum_layout(config), kernel_of(theory), table);
}

PointResult measure(const OneNodeTheory& theory, const ChainRun& run) {
  const Config config = one_node_config();
  return analyse_table(config, theory, one_node_table(theory, sum_layout(config), run));
}

/// Mean and root mean square of the pulls of all correlators over some runs.
struct Pulls {
  Vector mean, rms;
};

template <class Measure>
Pulls pulls_over(const OneNodeTheory& theory, int runs, Measure measure_run) {
  const Vector truth = theory.connected(moment_layout(one_node_config()));
  Pulls pulls{Vector::Zero(truth.size()), Vector::Zero(truth.size())};
  for (int k = 0; k < runs; ++k) {
    const PointResult result = measure_run(ChainRun{64, 32, 1 + 1000 * static_cast<std::uint64_t>(k)});
    const Vector pull = (result.connected.value - truth).cwiseQuotient(result.connected.error);
    pulls.mean += pull / runs;
    pulls.rms += pull.cwiseAbs2() / runs;
  }
  pulls.rms = pulls.rms.cwiseSqrt();
  return pulls;
}

TEST(ChainAnalysis, ImprovedCorrelatorsCoverTheTruth) {
  const int runs = test::sized(40, 1);
  const OneNodeTheory theory;
  const Pulls pulls = pulls_over(theory, runs, [&](const ChainRun& run) { return measure(theory, run); });
  NNFT_SKIP_IF_SMALL();
  for (Eigen::Index k = 0; k < pulls.mean.size(); ++k) {
    EXPECT_LT(std::abs(pulls.mean[k]), 4.0 / std::sqrt(runs)) << k;
    EXPECT_NEAR(pulls.rms[k], 1.0, 4.0 / std::sqrt(2.0 * runs)) << k;
  }
}

TEST(ChainAnalysis, ImprovedCorrelatorsBeatPlainOnes) {
  OneNodeTheory theory;
  theory.lambda = 1.0;
  const PointResult result = measure(theory, {128, 16, 5});
  const Vector truth = theory.connected(moment_layout(one_node_config()));
  for (Eigen::Index k = 0; k < truth.size(); ++k) {
    EXPECT_LT(std::abs(result.connected.value[k] - truth[k]), 5.0 * result.connected.error[k]) << k;
    EXPECT_LT(std::abs(result.chain->plain.value[k] - truth[k]), 5.0 * result.chain->plain.error[k]) << k;
    EXPECT_NEAR(result.chain->variance_reduction[k] / std::pow(result.chain->plain.error[k] / result.connected.error[k], 2), 1.0,
                1e-10);
  }
  EXPECT_GT(result.chain->variance_reduction[0], 10.0);
  EXPECT_GT(result.chain->variance_reduction[3], 1000.0);
  // G4 from the improved G4c and G2.
  EXPECT_NEAR(result.full.value[3], theory.moment(4), 5.0 * result.full.error[3]);
  EXPECT_LT(result.full.error[3], 3.0 * 2.0 * truth[0] * result.connected.error[0] * 1.01 + result.connected.error[3]);
}

TEST(ChainAnalysis, AFreeTheoryIsExact) {
  OneNodeTheory theory;
  theory.lambda = 0.0;
  const PointResult result = measure(theory, {32, 4, 9});
  EXPECT_NEAR(result.connected.value[0], theory.kernel[0], 1e-13);
  EXPECT_NEAR(result.connected.value[3], 0.0, 1e-12);
  EXPECT_LT(result.connected.error[3], 1e-12);
  EXPECT_GT(result.chain->plain.error[3], 1e-4);
  EXPECT_EQ((*result.chain->statistics)[0].time.tau, 0.5);  // V = 0
  EXPECT_TRUE(result.connected.leave_one_out.allFinite());
}

TEST(ChainAnalysis, AWrongReferenceKernelIsRejected) {
  const OneNodeTheory theory;
  OneNodeTheory wrong = theory;
  wrong.kernel[0] *= 1.02;
  const Config config = one_node_config();
  const BlockTable table = one_node_table(theory, sum_layout(config), {64, 64, 3});
  const Vector truth = theory.connected(moment_layout(config));
  const PointResult right = analyse_table(config, theory, table), other = analyse_table(config, wrong, table);
  EXPECT_LT(std::abs(right.connected.value[0] - truth[0]), 5.0 * right.connected.error[0]);
  EXPECT_GT(std::abs(other.connected.value[0] - truth[0]), 5.0 * other.connected.error[0]);
}

TEST(ChainAnalysis, AForgottenSetOfLegsIsRejected) {
  const OneNodeTheory theory;
  const Config config = one_node_config();
  const double truth = theory.connected(moment_layout(config))[3];
  const BlockTable table = one_node_table(theory, sum_layout(config), {64, 16, 3}, 0.0, 0b0101);
  const PointResult result = analyse_table(config, theory, table);
  EXPECT_GT(std::abs(result.connected.value[3] - truth), 5.0 * result.connected.error[3]);
}

TEST(ChainAnalysis, ObservablesOfTheBox) {
  OneNodeTheory theory;
  theory.lambda = 4.0;
  theory.mu2 = 5.0;
  const PointResult result = measure(theory, {128, 16, 7});
  const double m2 = theory.moment(2), m4 = theory.moment(4);
  const std::vector<BoxObservable> names = box_observables(sum_layout(one_node_config()));
  const Estimate& found = result.chain->observables;
  ASSERT_EQ(found.value.size(), std::ssize(names));
  const auto expect = [&](const std::string& name, double truth) {
    for (std::size_t k = 0; k < names.size(); ++k)
      if (names[k].name == name) {
        const auto entry = static_cast<Eigen::Index>(k);
        EXPECT_LT(std::abs(found.value[entry] - truth), 5.0 * found.error[entry]) << name;
        EXPECT_LT(found.error[entry], 0.05 * std::abs(truth)) << name;
        return;
      }
    ADD_FAILURE() << name;
  };
  expect("V", theory.lambda / 24.0 * m4 - 0.5 * theory.mu2 * m2);
  expect("phi2", m2);
  expect("phi4", m4);
  expect("chi", m2);
  expect("binder", 1.0 - m4 / (3.0 * m2 * m2));
  EXPECT_LT(std::abs(result.chain->squares.value[0] - m2), 5.0 * result.chain->squares.error[0]);
  EXPECT_NEAR(result.chain->squares.error[0] / found.error[1], 1.0, 1e-6);
  EXPECT_LT(std::abs(result.chain->quartics.value[0] - m4), 5.0 * result.chain->quartics.error[0]);
}

TEST(ChainAnalysis, GoodChainsRaiseNoWarning) {
  const PointResult result = measure(OneNodeTheory{}, {64, 32, 1});
  EXPECT_TRUE(result.chain->warnings.empty()) << result.chain->warnings.front();
  EXPECT_EQ(result.tails.trusted.minCoeff(), 1.0);
  const ObservableStatistics& square = (*result.chain->statistics)[1];
  EXPECT_TRUE(square.time.window_fits);
  EXPECT_NEAR(square.time.tau, square.by_means.tau, 5.0 * square.by_means.error);
  EXPECT_LT(square.split_rhat, 1.01);
  EXPECT_NEAR(square.effective_samples, 64 * 32 * 64 / (2.0 * square.time.tau), 1e-6);
}

TEST(ChainAnalysis, ShortChainsAreNotTrusted) {
  const Config config = one_node_config();
  const OneNodeTheory theory;
  const SumLayout layout = sum_layout(config);
  BlockTable table(64, layout.size());
  for (int b = 0; b < 64; ++b) {
    test::OneNodeChain chain(theory, layout, static_cast<std::uint64_t>(b));
    chain.steps_per_sample = 1;  // τ = 2 to 3
    chain.step = 0.6;
    table.sums.row(b) = Eigen::Map<const Eigen::RowVectorXd>(chain.slice().sums.data(), layout.size());
    table.counts[static_cast<std::size_t>(b)] = 64;
  }
  const PointResult result = analyse_table(config, theory, table);
  EXPECT_FALSE(result.chain->warnings.empty());
  EXPECT_EQ(result.tails.trusted.maxCoeff(), 0.0);
  EXPECT_TRUE(std::isnan((*result.chain->statistics)[1].split_rhat));
}

TEST(ChainAnalysis, AStartFarFromEquilibriumIsSeen) {
  const OneNodeTheory theory;
  const Config config = one_node_config();
  // Small steps from φ = 3: the first slice drifts.
  const PointResult result = analyse_table(config, theory, one_node_table(theory, sum_layout(config), {64, 16, 1}, 3.0));
  EXPECT_GT(std::abs((*result.chain->statistics)[1].thermalisation), 4.0);
  EXPECT_EQ(result.tails.trusted.maxCoeff(), 0.0);
}

/// Free fields with weights e^{−V}.
BlockTable weighted_table(const OneNodeTheory& theory, const SumLayout& layout, int samples) {
  BlockTable table(64, layout.size());
  for (int b = 0; b < table.blocks(); ++b) {
    std::mt19937_64 engine(static_cast<std::uint64_t>(b) + 100);
    std::normal_distribution<double> normal;
    for (int t = 0; t < samples; ++t) {
      const double phi = std::sqrt(theory.kernel[0]) * normal(engine);
      const double other =
          theory.slope() * phi + std::sqrt(theory.kernel[2] - theory.slope() * theory.kernel[1]) * normal(engine);
      test::add_sample(theory, layout, {phi, other}, std::exp(0.1 - theory.potential(phi)), table.sums.row(b).data());
    }
    table.counts[static_cast<std::size_t>(b)] = samples;
  }
  return table;
}

TEST(ChainAnalysis, DividesByTheMeanWeight) {
  const OneNodeTheory theory;
  const Config config = one_node_config("[measure]\nsources = 0.5 0\n", "reweight");
  const SumLayout layout = sum_layout(config);
  ASSERT_FALSE(layout.chain().is_chain());
  const PointResult result = analyse_table(config, theory, weighted_table(theory, layout, 1024));
  const Vector truth = theory.connected(layout.moments());
  for (Eigen::Index k = 0; k < truth.size(); ++k)
    EXPECT_LT(std::abs(result.connected.value[k] - truth[k]), 5.0 * result.connected.error[k]) << k;
  EXPECT_GT(result.chain->variance_reduction[3], 2.0);
  EXPECT_FALSE(result.chain->statistics.has_value());
  // W[J] of site 0 with K0 = 0: ln⟨cosh(φ/2)⟩.
  double cosh = 0.0, factorial = 1.0;
  for (int n = 0; n <= 16; n += 2) {
    cosh += theory.moment(n) * std::pow(0.5, n) / factorial;
    factorial *= (n + 1.0) * (n + 2.0);
  }
  EXPECT_LT(std::abs(result.generating.value[0] - std::log(cosh)), 5.0 * result.generating.error[0]);
  // (E w)²/E w² by quadrature.
  OneNodeTheory twice = theory;
  twice.lambda *= 2.0;
  const auto norm = [](const OneNodeTheory& t) {
    double sum = 0.0;
    for (int k = -4000; k <= 4000; ++k)
      sum += 0.002 * std::exp(-std::pow(0.002 * k, 2) / (2.0 * t.kernel[0]) - t.potential(0.002 * k));
    return sum / std::sqrt(2.0 * M_PI * t.kernel[0]);
  };
  EXPECT_NEAR(result.chain->weight_efficiency, std::pow(norm(theory), 2) / norm(twice), 0.01);
  EXPECT_TRUE(result.chain->warnings.empty());
}

TEST(ChainAnalysis, FewEffectiveWeightsAreNotTrusted) {
  OneNodeTheory theory;
  theory.lambda = 0.5;
  theory.mu2 = 8.0;  // a deep double well
  const Config config = one_node_config("", "reweight");
  const PointResult result = analyse_table(config, theory, weighted_table(theory, sum_layout(config), 256));
  EXPECT_LT(result.chain->weight_efficiency, least_weight_efficiency);
  ASSERT_EQ(result.chain->warnings.size(), 1u);
  EXPECT_EQ(result.tails.trusted.maxCoeff(), 0.0);
}

TEST(ChainAnalysis, BlocksWithoutSamplesAreAbsent) {
  const OneNodeTheory theory;
  const Config config = one_node_config();
  BlockTable table = one_node_table(theory, sum_layout(config), {40, 8, 1});
  BlockTable gap(64, table.moments());
  gap.sums.middleRows(10, 40) = table.sums;
  std::copy(table.counts.begin(), table.counts.end(), gap.counts.begin() + 10);
  const PointResult whole = analyse_table(config, theory, table), with_gap = analyse_table(config, theory, gap);
  EXPECT_EQ(whole.connected.value, with_gap.connected.value);
  EXPECT_EQ(whole.chain->observables.error, with_gap.chain->observables.error);
  EXPECT_EQ((*whole.chain->statistics)[2].split_rhat, (*with_gap.chain->statistics)[2].split_rhat);
  EXPECT_TRUE(std::isnan(with_gap.chain->observables.leave_one_out(0, 0)));
  const PointResult nothing = analyse_table(config, theory, BlockTable(64, table.moments()));
  ASSERT_TRUE(nothing.chain.has_value());
  EXPECT_TRUE(std::isnan(nothing.chain->observables.value[0]));
}

}  // namespace
}  // namespace nnft::chain_analysis_test
