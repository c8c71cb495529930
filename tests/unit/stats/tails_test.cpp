#include "nnft/stats/tails.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "nnft/stats/cumulants.hpp"

namespace nnft::tails_test {
namespace {

/// One site, order 2 and 4: x = φ² of the given samples, dealt to 64 blocks.
Tails tails_of(const std::vector<double>& phi) {
  const SumLayout layout(MomentLayout(1, {2, 4}), 0);
  BlockTable table(64, layout.size());
  for (std::size_t s = 0; s < phi.size(); ++s) {
    const auto block = static_cast<Eigen::Index>(s % 64);
    const double x = phi[s] * phi[s];
    table.sums(block, 0) += x;
    table.sums(block, 1) += x * x;
    for (int power = 1; power <= 4; ++power) table.sums(block, layout.power_offset(power)) += std::pow(x, power);
    table.sums(block, layout.maxima_offset()) = std::max(table.sums(block, layout.maxima_offset()), x);
    ++table.counts[static_cast<std::size_t>(block)];
  }
  const CumulantEstimator cumulants(layout.moments(), Vector::Zero(1));
  const Estimate connected =
      jackknife(table, 2, [&](std::span<const double> means, std::span<double> out) { cumulants.connected(means, out); });
  return find_tails(layout, table, connected);
}

TEST(Tails, NormalSamplesAreTrusted) {
  std::mt19937_64 random(5);
  std::normal_distribution<double> normal;
  std::vector<double> phi(64 * 1000);
  double largest = 0.0, sum = 0.0, squares = 0.0;
  for (double& value : phi) {
    value = normal(random);
    largest = std::max(largest, value * value);
    sum += std::pow(value, 4);
    squares += std::pow(value, 8);
  }
  const Tails tails = tails_of(phi);
  EXPECT_NEAR(tails.share(1, 0), largest * largest / sum, 1e-14);
  EXPECT_NEAR(tails.variance_share(1, 0), std::pow(largest, 4) / squares, 1e-14);
  EXPECT_EQ(tails.trusted.minCoeff(), 1.0);
  // The error of an error from 64 normal blocks is 1/√128 of it, here known from 64 blocks itself.
  EXPECT_NEAR(tails.error_of_error[0] / (tails.error_of_error[0] / (0.5 * std::sqrt((tails.kurtosis[0] + 2.0) / 64.0))), 0.088,
              0.05);
  EXPECT_LT(std::abs(tails.kurtosis[0]), 6.0 * std::sqrt(24.0 / 64.0));
}

TEST(Tails, HeavyTailsAreNot) {
  std::mt19937_64 random(5);
  std::lognormal_distribution<double> heavy(0.0, 1.5);
  std::vector<double> phi(64 * 1000);
  for (double& value : phi) value = heavy(random);
  const Tails tails = tails_of(phi);
  EXPECT_EQ(tails.trusted[1], 0.0);
  EXPECT_GT(tails.variance_share(1, 0), 0.5);
  EXPECT_GT(tails.kurtosis[1], 10.0);
}

}  // namespace
}  // namespace nnft::tails_test
