#include "nnft/theory/wave_transform.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <vector>

#include "nnft/core/error.hpp"
#include "nnft/theory/feature_transform.hpp"

namespace nnft::wave_transform_test {
namespace {

// F_00 = e^{−τ²/4} I₀(τ²/4), and sums over many phases.
TEST(WaveTransform, PhaseAverages) {
  const PhaseAverages averages(8, 40.0);
  ASSERT_EQ(averages.size(), 25);
  std::vector<double> values(25);
  for (const double tau : {0.0, 0.3, 0.5, 1.7, 7.25, 39.99, 40.0}) {
    averages.at(tau, values.data());
    const double x = 0.25 * tau * tau;
    EXPECT_NEAR(values[0], std::exp(-x) * std::cyl_bessel_i(0.0, x), 1e-14);
    for (int place = 0; place < averages.size(); ++place) {
      double sum = 0.0;
      for (int j = 0; j < 1000; ++j) {
        const double c = 2.0 * std::numbers::pi * j / 1000.0, y = tau * std::cos(c);
        const auto order = static_cast<unsigned>(averages.order(place));
        double hermite = 1.0, before = 0.0;
        for (unsigned k = 0; k < order; ++k) {
          const double next = y * hermite - k * before;
          before = hermite;
          hermite = next;
        }
        sum += std::cos(averages.harmonic(place) * c) * hermite * std::exp(-0.5 * y * y) / 1000.0;
      }
      EXPECT_NEAR(values[static_cast<std::size_t>(place)], sum, 1e-13 * std::tgamma(averages.order(place) + 1.0)) << tau << place;
    }
  }
}

// The average over the phase by a table, and by 512 phases.
TEST(WaveTransform, IsTheFeatureTransform) {
  const SiteSet points((RowMatrix(4, 1) << 0.2, 0.8, 0.5, -1.0).finished());
  const LegPartitions legs = leg_partitions(MomentLayout(2, {2, 4, 6}));
  RowMatrix t(2, 6);
  t << 0.0, 1.0, -2.0, 3.0, 8.0, 0.5, 0.0, 0.4, 1.0, 3.0, -8.0, 5.0;
  for (const WaveRule& rule : {cos_wave_rule(points, 1.3), free_scalar_wave_rule(points, {1.0, 4.0, -1.0})}) {
    RowMatrix by_phases = RowMatrix::Zero(static_cast<Eigen::Index>(legs.blocks.size()) + 1, t.cols());
    RowMatrix by_table = by_phases;
    rule.visit(1, [&](const WaveNodes& waves) { by_table += wave_transform(legs, waves, t); });
    WaveRule fixed = rule;
    fixed.visit = [&](int, const WaveVisitor& visitor) { rule.visit(1, visitor); };
    with_phases(fixed).visit(5, [&](const FeatureNodes& nodes) { by_phases += feature_transform(legs, nodes, t); });
    EXPECT_LE((by_table - by_phases).cwiseAbs().maxCoeff(), 1e-12 * by_phases.cwiseAbs().maxCoeff());
    EXPECT_NEAR(by_table(by_table.rows() - 1, 0), 1.0, 1e-12);
  }
}

TEST(WaveTransform, RefusesHighOrders) { EXPECT_THROW(PhaseAverages(10, 1.0), UsageError); }

}  // namespace
}  // namespace nnft::wave_transform_test
