#include "nnft/stats/chain_convergence.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "nnft/core/error.hpp"

namespace nnft::chain_convergence_test {
namespace {

constexpr int chains = 32;

/// AR(1) chains of variance 1 about their own centres, split after `first` samples; all start `start` away from the centre.
SplitChains draw(const Vector& centres, int first, int second, double start) {
  constexpr double a = 0.6;
  std::mt19937_64 engine(17);
  std::normal_distribution<double> normal;
  SplitChains split{Vector::Zero(centres.size()), Vector::Zero(centres.size()), Vector::Constant(centres.size(), first),
                    Vector::Constant(centres.size(), second), Vector::Zero(centres.size())};
  for (Eigen::Index k = 0; k < centres.size(); ++k) {
    double state = normal(engine) + start;
    for (int t = 0; t < first + second; ++t) {
      const double x = centres[k] + state;
      (t < first ? split.first : split.second)[k] += x;
      split.squares[k] += x * x;
      state = a * state + std::sqrt(1.0 - a * a) * normal(engine);
    }
  }
  return split;
}

TEST(ChainConvergence, ChainsOfOneDensityPass) {
  const SplitChains split = draw(Vector::Constant(chains, 2.0), 512, 700, 0.0);
  EXPECT_LT(split_rhat(split), 1.01);
  EXPECT_GT(split_rhat(split), 0.99);
  EXPECT_LT(std::abs(thermalisation_deviation(split)), 4.0);
}

TEST(ChainConvergence, ChainsStuckInDifferentPlacesAreRejected) {
  Vector centres = Vector::Constant(chains, 2.0);
  centres.tail(chains / 2).array() += 1.0;
  EXPECT_GT(split_rhat(draw(centres, 512, 700, 0.0)), largest_split_rhat);
}

TEST(ChainConvergence, AStartFarFromEquilibriumIsRejected) {
  const SplitChains split = draw(Vector::Constant(chains, 2.0), 64, 2048, 20.0);
  EXPECT_GT(std::abs(thermalisation_deviation(split)), 4.0);
  EXPECT_LT(std::abs(thermalisation_deviation(draw(Vector::Constant(chains, 2.0), 64, 2048, 0.0))), 4.0);
}

// Trend within every chain: the halves differ although the chains agree.
TEST(ChainConvergence, ADriftIsRejected) {
  SplitChains split = draw(Vector::Constant(chains, 2.0), 512, 512, 0.0);
  split.squares += 2.0 * split.second + split.second_samples;
  split.second += split.second_samples;
  EXPECT_GT(split_rhat(split), largest_split_rhat);
}

TEST(ChainConvergence, ConstantsPass) {
  const SplitChains split{Vector::Constant(4, 0.8), Vector::Constant(4, 1.6), Vector::Constant(4, 8), Vector::Constant(4, 16),
                          Vector::Constant(4, 0.24)};
  EXPECT_EQ(split_rhat(split), 1.0);
  EXPECT_EQ(thermalisation_deviation(split), 0.0);
}

TEST(ChainConvergence, SaysWhatItCannotKnow) {
  EXPECT_TRUE(std::isnan(split_rhat({})));
  EXPECT_TRUE(std::isnan(thermalisation_deviation(draw(Vector::Constant(1, 2.0), 64, 64, 0.0))));
  SplitChains wrong = draw(Vector::Constant(2, 2.0), 64, 64, 0.0);
  wrong.squares.resize(3);
  EXPECT_THROW(split_rhat(wrong), ShapeError);
}

}  // namespace
}  // namespace nnft::chain_convergence_test
