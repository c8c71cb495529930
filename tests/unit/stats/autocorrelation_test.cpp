#include "nnft/stats/autocorrelation.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

#include "nnft/core/error.hpp"
#include "support/sizes.hpp"

namespace nnft::autocorrelation_test {
namespace {

/// x_{t+1} = a x_t + noise in equilibrium, variance 1 about `mean`: ρ(t) = a^t, τ_int = (1 + a)/(2(1 − a)).
std::vector<double> autoregressive(double a, double mean, std::size_t samples, std::mt19937_64& engine) {
  std::normal_distribution<double> normal;
  std::vector<double> x(samples);
  double state = normal(engine);
  for (double& value : x) {
    value = mean + state;
    state = a * state + std::sqrt(1.0 - a * a) * normal(engine);
  }
  return x;
}

double known_tau(double a) { return 0.5 * (1.0 + a) / (1.0 - a); }

LaggedSums sums_of(const std::vector<double>& x, int slice, int lags) {
  LaggedSums sums{static_cast<double>(x.size()) / slice, slice, 0.0, Vector::Zero(lags), Vector::Zero(lags)};
  for (std::size_t first = 0; first < x.size(); first += static_cast<std::size_t>(slice))
    for (int l = 0; l < lags; ++l) {
      for (int t = 0; t + l < slice; ++t)
        sums.products[l] += x[first + static_cast<std::size_t>(t)] * x[first + static_cast<std::size_t>(t + l)];
      for (int t = 0; t < l; ++t)
        sums.edges[l] += x[first + static_cast<std::size_t>(t)] + x[first + static_cast<std::size_t>(slice - 1 - t)];
    }
  for (const double value : x) sums.sum += value;
  return sums;
}

class AutocorrelationOf : public ::testing::TestWithParam<double> {};

TEST_P(AutocorrelationOf, AnAutoregressiveChainIsCovered) {
  const int seeds = test::sized(300, 3);
  const double a = GetParam();
  double mean_pull = 0.0, square = 0.0;
  for (int seed = 1; seed <= seeds; ++seed) {
    std::mt19937_64 engine(static_cast<std::uint64_t>(seed));
    const AutocorrelationTime time = autocorrelation_time(sums_of(autoregressive(a, 100.0, 1 << 15, engine), 256, 64));
    EXPECT_TRUE(time.window_fits) << seed;
    const double pull = (time.tau - known_tau(a)) / time.error;
    mean_pull += pull / seeds;
    square += pull * pull / seeds;
  }
  NNFT_SKIP_IF_SMALL();
  // Wolff's window leaves a truncation of about the size of a fraction of the error, and the errors know their own window only.
  EXPECT_LT(std::abs(mean_pull), 0.6);
  EXPECT_GT(std::sqrt(square), 0.75);
  EXPECT_LT(std::sqrt(square), 1.3);
}

INSTANTIATE_TEST_SUITE_P(Autocorrelation, AutocorrelationOf, ::testing::Values(-0.6, -0.3, 0.0, 0.3, 0.6, 0.8));

TEST(Autocorrelation, OfIndependentSamplesIsOneHalf) {
  std::mt19937_64 engine(1);
  const AutocorrelationTime time = autocorrelation_time(sums_of(autoregressive(0.0, 3.0, 1 << 16, engine), 64, 64));
  EXPECT_NEAR(time.tau, 0.5, 5.0 * time.error);
  EXPECT_LE(time.window, 3);
  EXPECT_TRUE(time.window_fits);
}

// Partial sums swing about τ, below 0 at first.
TEST(Autocorrelation, OfAlternatingSamplesIsPositiveAndRight) {
  constexpr int seeds = 50;
  double mean = 0.0;
  for (int seed = 1; seed <= seeds; ++seed) {
    std::mt19937_64 engine(static_cast<std::uint64_t>(seed));
    const AutocorrelationTime time = autocorrelation_time(sums_of(autoregressive(-0.8, 2.0, 1 << 14, engine), 256, 64));
    EXPECT_TRUE(time.window_fits);
    EXPECT_GT(time.tau, 0.02) << seed;
    mean += time.tau / seeds;
  }
  EXPECT_NEAR(mean / known_tau(-0.8), 1.0, 0.1);  // what is cut off is of the size of the noise
}

TEST(Autocorrelation, SaysIfTheLagsEndTooSoon) {
  std::mt19937_64 engine(2);
  const std::vector<double> x = autoregressive(0.98, 0.0, 1 << 16, engine);  // τ = 49.5
  const AutocorrelationTime time = autocorrelation_time(sums_of(x, 64, 64));
  EXPECT_FALSE(time.window_fits);
  EXPECT_LT(time.tau, 0.8 * known_tau(0.98));
  EXPECT_FALSE(autocorrelation_time(sums_of(x, 1, 1)).window_fits);
}

TEST(Autocorrelation, TheScatterOfChainsSeesSlowModes) {
  constexpr std::size_t length = 1 << 13;
  constexpr int chains = 64;
  std::mt19937_64 engine(3);
  Vector means(chains);
  for (double& mean : means) {
    mean = 0.0;
    for (const double value : autoregressive(0.98, 5.0, length, engine)) mean += value / length;
  }
  const AutocorrelationTime time = autocorrelation_time_of_means(means, length, 1.0);
  EXPECT_NEAR(time.tau, known_tau(0.98), 4.0 * time.error);
  EXPECT_NEAR(time.error / time.tau, std::sqrt(2.0 / (chains - 1)), 1e-12);
  EXPECT_TRUE(std::isnan(autocorrelation_time_of_means(means.head(1), length, 1.0).tau));
}

TEST(Autocorrelation, OfAConstantIsOneHalfWithoutError) {
  const AutocorrelationTime time = autocorrelation_time(sums_of(std::vector<double>(256, 0.1), 64, 16));
  EXPECT_EQ(time.tau, 0.5);
  EXPECT_EQ(time.error, 0.0);
  EXPECT_TRUE(time.window_fits);
}

TEST(Autocorrelation, RefusesMoreLagsThanSamples) {
  LaggedSums sums{4.0, 8, 0.0, Vector::Zero(9), Vector::Zero(9)};
  EXPECT_THROW(autocorrelation_time(sums), ShapeError);
  sums.products = sums.edges = Vector::Zero(8);
  sums.slices = 0.0;
  EXPECT_THROW(autocorrelation_time(sums), ShapeError);
}

}  // namespace
}  // namespace nnft::autocorrelation_test
