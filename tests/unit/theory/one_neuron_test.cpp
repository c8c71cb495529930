#include "nnft/theory/one_neuron.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "nnft/core/error.hpp"

namespace nnft::one_neuron_test {
namespace {

// G4c = (σ_a⁴/N){k₄ E[hhhh] − Σ E[hh]E[hh]}, k₄ = 3, 9/5, 6, 3(ν − 2)/(ν − 4), 1, and a₀ adds (k₄ − 3)σ_a0⁴.
TEST(OneNeuron, FourthCumulantOfEveryOutputDensity) {
  const MomentLayout layout(2, {2, 4});
  const Vector moments{{0.5, 0.2, 0.4, 0.7, 0.3, 0.25, 0.28, 0.6}};
  const struct {
    ParameterDensity density;
    double k4;
  } cases[] = {{{DensityShape::normal, 0.0}, 3.0},
               {{DensityShape::uniform, 0.0}, 1.8},
               {{DensityShape::laplace, 0.0}, 6.0},
               {{DensityShape::student_t, 6.0}, 6.0},
               {{DensityShape::rademacher, 0.0}, 1.0}};
  const double width = 7.0, sa = 1.3, s0 = 0.4;
  for (const auto& [density, k4] : cases) {
    const Vector connected = connected_from_one_neuron(layout, moments, {sa, s0, density}, width);
    EXPECT_NEAR(connected[1], sa * sa * 0.2 + s0 * s0, 1e-15);
    // Tuples 0000, 0001, 0011.
    const double wick[] = {3 * 0.25, 3 * 0.5 * 0.2, 0.5 * 0.4 + 2 * 0.04};
    for (int t = 0; t < 3; ++t)
      EXPECT_NEAR(connected[3 + t], std::pow(sa, 4) / width * (k4 * moments[3 + t] - wick[t]) + (k4 - 3) * std::pow(s0, 4), 1e-14)
          << to_string(density.shape);
  }
}

// κ₆ of the uniform density on (−√3, √3) is 27·16/63, of Laplace 2·5!/8.
TEST(OneNeuron, SixthCumulantsOfDensities) {
  EXPECT_NEAR(density_cumulant({DensityShape::uniform, 0.0}, 6), 432.0 / 63.0, 1e-13);
  EXPECT_NEAR(density_cumulant({DensityShape::laplace, 0.0}, 6), 30.0, 1e-12);
  EXPECT_NEAR(density_cumulant({DensityShape::rademacher, 0.0}, 6), 16.0, 1e-13);
  EXPECT_EQ(density_cumulant({DensityShape::normal, 0.0}, 6), 0.0);
}

TEST(OneNeuron, InfiniteWidthLeavesTheOutputBias) {
  const MomentLayout layout(1, {2, 4});
  const Vector moments{{0.5, 0.7}};
  const double inf = std::numeric_limits<double>::infinity();
  const Vector connected = connected_from_one_neuron(layout, moments, {1.0, 0.5, {DensityShape::laplace, 0.0}}, inf);
  EXPECT_DOUBLE_EQ(connected[0], 0.75);
  EXPECT_DOUBLE_EQ(connected[1], 3.0 * std::pow(0.5, 4));
  // Heavy tails do not matter once infinitely many are added.
  EXPECT_EQ(connected_from_one_neuron(layout, moments, {1.0, 0.0, {DensityShape::student_t, 3.0}}, inf)[1], 0.0);
}

TEST(OneNeuron, RefusesInfiniteMoments) {
  const MomentLayout layout(1, {2, 4});
  EXPECT_THROW(connected_from_one_neuron(layout, Vector{{0.5, 0.7}}, {1.0, 0.0, {DensityShape::student_t, 4.0}}, 5.0),
               UsageError);
  EXPECT_THROW(connected_from_one_neuron(layout, Vector{{0.5}}, OutputLayer{}, 5.0), ShapeError);
}

TEST(OneNeuron, ConnectedAndFullAreInverse) {
  const MomentLayout layout(2, {2, 4, 6});
  const Vector connected = Vector::LinSpaced(layout.size(), 0.3, 1.7);
  const Vector full = full_from_connected(layout, connected);
  EXPECT_NEAR(full[3], connected[3] + 3.0 * connected[0] * connected[0], 1e-14);
  EXPECT_LE((connected_from_full(layout, full) - connected).cwiseAbs().maxCoeff(), 1e-12);
}

}  // namespace
}  // namespace nnft::one_neuron_test
