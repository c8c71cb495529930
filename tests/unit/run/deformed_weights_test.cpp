#include "nnft/run/deformed_weights.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <sstream>
#include <string>

#include "nnft/core/error.hpp"
#include "nnft/sampling/finite_differences.hpp"
#include "nnft/theory/deformed_connected.hpp"
#include "support/sizes.hpp"

namespace nnft::deformed_weights_test {
namespace {

constexpr DeformationKind quartic = DeformationKind::weight_quartic, ring = DeformationKind::weight_ring;

std::string section(std::size_t p, DeformationKind kind, const std::string& strengths) {
  return "[deformation" + (p == 0 ? std::string() : "-" + std::to_string(p + 1)) + "]\nkind = " + std::string(to_string(kind)) +
         "\nstrength = " + strengths + "\n";
}

Config config_of(const std::string& width, const std::string& more,
                 const std::string& sites = "input-dim = 1\n[sites]\npoints = 0.4; 1") {
  return parse_config("[field]\narchitecture = cos\nsigma-weight = 1.1\nsigma-out = 1.3\nwidth = " + width + "\n" + sites +
                          "\n[run]\nnetworks = 1000\n" + more,
                      "test.ini", {});
}

const std::string by_score = "[measure]\nderivatives = score\n", by_differences = "[measure]\nderivatives = differences\n";

std::string text(double number) {
  std::ostringstream stream;
  stream.precision(17);
  stream << number;
  return stream.str();
}

ScanPoint point_of(double width, std::vector<double> strengths) { return {width, std::move(strengths), {}, ""}; }

TEST(DeformedWeights, AreOfTheDeformationWhoseStrengthIsNotZero) {
  const Config config = config_of(
      "5", section(0, DeformationKind::shared_scale, "0 0.3") + section(1, quartic, "0 0.5") + section(2, ring, "0") + by_score);
  EXPECT_EQ(weight_parameters(config), (std::vector<std::size_t>{1, 2}));
  EXPECT_EQ(weight_deformation(config, point_of(5, {0.3, 0.5, 0.0})), (Deformation{quartic, 0.5}));
  EXPECT_EQ(weight_deformation(config, point_of(5, {0.3, 0.0, 0.1})), (Deformation{ring, 0.1}));
  EXPECT_EQ(weight_deformation(config, point_of(5, {0.3, 0.0, 0.0})).strength, 0.0);
  EXPECT_EQ(weight_deformation(config_of("5", section(0, DeformationKind::shared_scale, "0.3")), point_of(5, {0.3})).strength,
            0.0);
}

TEST(DeformedWeights, PowersOfPotentialsFollowTheSummedDerivatives) {
  const Config config = config_of(
      "5", section(0, ring, "0") + section(1, DeformationKind::shared_scale, "0.3") + section(2, quartic, "0") + by_score);
  const std::vector<MultiIndex> expected = {{1, 0, 0}, {0, 1, 0}, {2, 0, 0}, {1, 1, 0}, {0, 2, 0}};
  EXPECT_EQ(score_powers(config), expected);
  EXPECT_TRUE(score_powers(config_of("5", section(0, ring, "0") + by_differences)).empty());
}

/// A config with one deformation, whose strength is that of the point.
Config single(DeformationKind kind, double strength, double width, const std::string& sites) {
  return config_of(text(width), section(0, kind, text(strength)) + by_differences, sites);
}

TEST(DeformedWeights, NeighboursHaveDensities) {
  const std::string line = "input-dim = 1\n[sites]\npoints = 0.4; 1";
  for (const double width : {1.0, 2.0, 50.0, 1e3, 1e6})
    for (const DeformationKind kind : {quartic, ring})
      for (const double strength : {0.0, 1e-12, 1e-3, 0.3, 0.4999, 0.499999999, 1e5}) {
        if (kind == ring && strength > 0.5) continue;
        for (const double sign : {1.0, kind == ring ? -1.0 : 1.0}) {
          const double own = sign * strength;
          const NeighbouringStrengths neighbours = neighbouring_strengths(single(kind, own, width, line), point_of(width, {own}));
          ASSERT_EQ(neighbours.weights.rows(), 2);
          ASSERT_EQ(neighbours.weights.cols(), static_cast<Eigen::Index>(neighbours.copies.size()));
          EXPECT_TRUE(neighbours.weights.allFinite());
          EXPECT_EQ(neighbours.copies[0], (Deformation{kind, own}));
          for (const Deformation& copy : neighbours.copies) {
            EXPECT_EQ(copy.kind, kind);
            EXPECT_TRUE(kind == ring ? std::abs(copy.strength) < 0.5 : copy.strength >= 0.0) << copy.strength;
          }
        }
      }
}

TEST(DeformedWeights, HaveNoNeighboursWithoutDifferences) {
  const NeighbouringStrengths score =
      neighbouring_strengths(config_of("5", section(0, quartic, "0.5") + by_score), point_of(5, {0.5}));
  EXPECT_EQ(score.copies, (std::vector<Deformation>{{quartic, 0.5}}));
  EXPECT_EQ(score.weights.size(), 0);
  const NeighbouringStrengths shared = neighbouring_strengths(
      config_of("5", section(0, DeformationKind::shared_scale, "0.5") + by_differences), point_of(5, {0.5}));
  EXPECT_EQ(shared.copies.size(), 1u);
  EXPECT_EQ(shared.weights.size(), 0);
}

// Nearer to ½ than rounding tells apart.
TEST(DeformedWeights, RefuseRingsWithoutRoomForNeighbours) {
  const double own = std::nextafter(0.5, 0.0);
  const Config config = single(ring, own, 5, "input-dim = 1\n[sites]\npoints = 0.4; 1");
  EXPECT_THROW(neighbouring_strengths(config, point_of(5, {own})), UsageError);
}

/// The largest relative error of the derivatives of one order that the stencil makes of exact values; with its steps stretched.
double worst_error(DeformationKind kind, double strength, double width, int d, double stretched = 1.0) {
  const std::string sites =
      d == 1 ? "input-dim = 1\n[sites]\npoints = 0.4; 1" : "input-dim = 2\n[sites]\npoints = 0.4 -0.3; 1 0.2";
  const Config config = single(kind, strength, width, sites);
  const MomentLayout layout(2, {2, 4});
  NeighbouringStrengths neighbours = neighbouring_strengths(config, point_of(width, {strength}));
  for (Deformation& copy : neighbours.copies) copy.strength = strength + stretched * (copy.strength - strength);
  for (Eigen::Index n = 1; n <= 2; ++n) neighbours.weights.row(n - 1) /= std::pow(stretched, static_cast<double>(n));
  const auto problem = [&](const Deformation& deformation) {
    return DeformedProblem{CosFeatures{1.1}, SiteSet(config.sites), {{1.3, 0.0, {}}, width}, {deformation}};
  };
  RowMatrix found = RowMatrix::Zero(2, layout.size());
  Vector largest = Vector::Zero(layout.size());
  for (std::size_t k = 0; k < neighbours.copies.size(); ++k) {
    const Vector value = deformed_connected(layout, problem(neighbours.copies[k]));
    found += neighbours.weights.col(static_cast<Eigen::Index>(k)) * value.transpose();
    largest = largest.cwiseMax(value.cwiseAbs());
  }
  const RowMatrix exact = deformed_derivatives(layout, problem({kind, strength}), SeriesBasis(1, 2));
  double worst = 0.0;
  for (const int order : layout.orders())
    for (Eigen::Index n = 1; n <= 2; ++n) {
      const auto part = [&](const auto& row) { return row.segment(layout.offset(order), layout.index(order).size()); };
      const double size = part(exact.row(n)).cwiseAbs().maxCoeff();
      // Exact values are rounded: a few 2^-53 of the terms that G_c is made of, of order one, times the weights. Derivatives that
      // vanish by symmetry leave nothing else.
      const double rounding = 4e-16 * neighbours.weights.row(n - 1).cwiseAbs().sum();
      const double error = (part(found.row(n - 1)) - part(exact.row(n))).cwiseAbs().maxCoeff();
      worst = std::max(worst, std::max(0.0, error - rounding) / std::max(size, 1e-300));
    }
  return worst;
}

TEST(DeformedWeights, StepsResolveDerivativesByQuartic) {
  for (const int d : {1, 2})
    for (const double width : {1.0, 2.0, 10.0, 100.0, 1000.0}) {
      if (test::small_sizes() && width > 2.0) break;
      const double s = 1.21 / d, bend = width / (16.0 * d * s * s);
      for (const double part : {0.0, d == 1 ? 1e-3 : 4.0})
        EXPECT_LT(worst_error(quartic, part * bend, width, d), 1e-4) << part << " N = " << width << " d = " << d;
    }
  EXPECT_GT(worst_error(quartic, 0.0, 1000.0, 1, 4.0), 1e-3);
}

TEST(DeformedWeights, StepsResolveDerivativesByRing) {
  for (const int d : {1, 2})
    for (const double width : {1.0, 2.0, 10.0, 100.0, 1000.0})
      for (const double strength : {0.0, -0.2, 0.499})
        EXPECT_LT(worst_error(ring, strength, width, d), 1e-4) << strength << " N = " << width << " d = " << d;
}

}  // namespace
}  // namespace nnft::deformed_weights_test
