#include "nnft/run/family.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "nnft/random/variates.hpp"
#include "nnft/run/deformed_weights.hpp"
#include "nnft/run/ensemble_factory.hpp"

namespace nnft::family_test {
namespace {

/// Widths, a shared scale and weights of one deformation: three axes.
Config config_of(const std::string& deformations, const std::string& measure) {
  return parse_config(
      "[field]\narchitecture = cos\nwidth = 3 20\n[sites]\npoints = 0.4; 1\n[run]\nnetworks = 1000\nslice = 40\n" + deformations +
          "[measure]\n" + measure,
      "test.ini", {});
}

const std::string two_axes =
    "[deformation]\nkind = shared-scale\nstrength = 0 0.3\n"
    "[deformation-2]\nkind = weight-quartic\nstrength = 4 0\n";

std::vector<Config> configs() {
  const std::string free_ring = "[deformation-3]\nkind = weight-ring\nstrength = 0\n";
  return {config_of(two_axes, ""), config_of(two_axes, "derivatives = differences\n"),
          config_of(two_axes + free_ring, "derivatives = score\n"),
          config_of(two_axes, "estimator = plain\nderivatives = score\n")};
}

/// Rows of the sums of a slice of every point of a range, worked on as one group of scan points.
std::vector<double> sums_of(const Config& config, const Plan& plan, const Range& group,
                            const std::vector<PointReference>& references) {
  const auto row = static_cast<std::size_t>(plan.sums().size());
  std::vector<double> sums(group.size() * row, 0.0);
  for (const Range& family : families_of(plan, group)) {
    FamilySampler sampler(config, plan, family, std::span(references).subspan(family.begin, family.size()), SimdPath::generic);
    sampler.sum_slice(120, 40, std::span(sums).subspan((family.begin - group.begin) * row, family.size() * row));
  }
  return sums;
}

std::vector<PointReference> all_references(const Config& config, const Plan& plan) {
  std::vector<PointReference> all;
  for (const Range& family : families_of(plan, {0, plan.points().size()}))
    for (const PointReference& reference : pilot_references(config, plan, family, SimdPath::generic)) all.push_back(reference);
  return all;
}

TEST(Family, HasTheConsecutivePointsOfAWidth) {
  const Plan plan(configs().front(), 1);
  ASSERT_EQ(plan.points().size(), 8u);
  const auto expect = [&](const Range& points, const std::vector<Range>& families) {
    const std::vector<Range> found = families_of(plan, points);
    ASSERT_EQ(found.size(), families.size());
    for (std::size_t f = 0; f < found.size(); ++f) {
      EXPECT_EQ(found[f].begin, families[f].begin);
      EXPECT_EQ(found[f].end, families[f].end);
    }
  };
  expect({0, 8}, {{0, 4}, {4, 8}});
  expect({2, 5}, {{2, 4}, {4, 5}});
  expect({5, 8}, {{5, 8}});
  expect({3, 3}, {});
}

// However the points are cut into groups: each sum is that of the point's own samples.
TEST(Family, HasTheSameBitsInWholeAndInParts) {
  for (const Config& config : configs()) {
    const Plan plan(config, 1);
    const std::uint64_t points = plan.points().size();
    const std::vector<PointReference> references = all_references(config, plan);
    ASSERT_EQ(references.size(), points);
    const std::vector<double> whole = sums_of(config, plan, {0, points}, references);
    for (const std::uint64_t size : {std::uint64_t{1}, std::uint64_t{3}}) {
      std::vector<double> parts;
      for (std::uint64_t begin = 0; begin < points; begin += size) {
        const std::vector<double> sums = sums_of(config, plan, {begin, std::min(points, begin + size)}, references);
        parts.insert(parts.end(), sums.begin(), sums.end());
      }
      EXPECT_EQ(parts, whole) << "groups of " << size;
    }
  }
}

TEST(Family, ReferencesAreThoseOfEachPointAlone) {
  for (const Config& config : configs()) {
    const Plan plan(config, 1);
    const std::vector<PointReference> all = all_references(config, plan);
    const bool conditional = config.measure.estimator == EstimatorKind::conditional;
    const bool score = config.measure.derivatives == DerivativeMethod::score;
    for (std::uint64_t p = 0; p < all.size(); ++p) {
      const PointReference alone = pilot_references(config, plan, {p, p + 1}, SimdPath::generic).at(0);
      EXPECT_EQ(all[p].kernel, alone.kernel);
      EXPECT_EQ(all[p].potentials, alone.potentials);
      EXPECT_EQ(all[p].kernel == Vector::Zero(3), !conditional);
      EXPECT_EQ(all[p].potentials.size(), score ? static_cast<Eigen::Index>(weight_parameters(config).size()) : 0);
    }
  }
}

// The scale is no part of the samples, the weights are.
TEST(Family, PointsOfOtherScalesHaveTheSameSums) {
  for (const Config& config : configs()) {
    const Plan plan(config, 1);
    const std::vector<double> sums = sums_of(config, plan, {0, plan.points().size()}, all_references(config, plan));
    const auto row = static_cast<std::ptrdiff_t>(plan.sums().size());
    const auto of_point = [&](std::ptrdiff_t p) {
      return std::vector<double>(sums.begin() + p * row, sums.begin() + (p + 1) * row);
    };
    for (std::ptrdiff_t a = 0; a < static_cast<std::ptrdiff_t>(plan.points().size()); ++a)
      for (std::ptrdiff_t b = 0; b < a; ++b) {
        const ScanPoint &one = plan.points()[static_cast<std::size_t>(a)], &other = plan.points()[static_cast<std::size_t>(b)];
        EXPECT_EQ(of_point(a) == of_point(b), one.width == other.width && one.strengths[1] == other.strengths[1])
            << one.name << " and " << other.name;
      }
  }
}

// A sum of K over the slice, from the ensemble of the point's own strength.
TEST(Family, SamplesThePointsOwnStrength) {
  const Config config = configs().front();
  const Plan plan(config, 1);
  const std::vector<PointReference> references = all_references(config, plan);
  const std::vector<double> sums = sums_of(config, plan, {0, plan.points().size()}, references);
  for (std::size_t p = 0; p < plan.points().size(); ++p) {
    const ScanPoint& point = plan.points()[p];
    const Deformation own{DeformationKind::weight_quartic, point.strengths[1]};
    const auto ensemble = make_ensemble(config, point.width, {{own}, {}}, SimdPath::generic);
    double sum = 0.0;
    std::vector<double> products(3 * batch_samples);
    for (std::uint64_t s = 0; s < 40; ++s) {
      ensemble->feature_products(120 + s, products.data());
      sum += products[batch_samples] * ensemble->kernel_scale() + ensemble->kernel_offset() - references[p].kernel[1];
    }
    // 40 values below 1.
    EXPECT_NEAR(sums[p * static_cast<std::size_t>(plan.sums().size()) + 1], sum, 40 * 1e-15) << point.name;
  }
}

}  // namespace
}  // namespace nnft::family_test
