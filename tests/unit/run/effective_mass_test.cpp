#include "nnft/run/effective_mass.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace nnft::effective_mass_test {
namespace {

TEST(EffectiveMass, FollowsTheLongestRayByDistance) {
  RowMatrix sites(6, 2);
  sites << 1, 1, 1, 4, 2, 1, 1, 2, 0, 1, 1, 2.5;
  const Ray ray = longest_ray(sites);
  EXPECT_EQ(ray.sites, (std::vector<int>{0, 3, 5, 1}));
  EXPECT_EQ(ray.distances, (std::vector<double>{0.0, 1.0, 1.5, 3.0}));
}

TEST(EffectiveMass, NeedsTwoSitesBesidesTheFirst) {
  RowMatrix sites(3, 1);
  sites << 2, 1, 3;  // to both sides
  EXPECT_TRUE(longest_ray(sites).sites.empty());
  sites << 2, 3, 3;
  EXPECT_TRUE(longest_ray(sites).sites.empty());
  EXPECT_TRUE(longest_ray(sites.topRows(1)).sites.empty());
}

TEST(EffectiveMass, OfAnExponentialIsItsRate) {
  RowMatrix sites(4, 1);
  sites << 0, 1, 3, -1;
  const MomentLayout layout(4, {2});
  std::vector<double> correlator;
  for (int p = 0; p < layout.index(2).size(); ++p) {
    const int* pair = layout.index(2).tuple(p);
    correlator.push_back(std::exp(-1.3 * std::abs(sites(pair[0], 0) - sites(pair[1], 0))));
  }
  Vector masses = effective_mass(longest_ray(sites), layout, correlator);
  EXPECT_NEAR(masses[1], 1.3, 1e-14);
  EXPECT_NEAR(masses[2], 1.3, 1e-14);
  EXPECT_TRUE(std::isnan(masses[0]));
  EXPECT_TRUE(std::isnan(masses[3]));
  correlator[2] = -0.1;
  masses = effective_mass(longest_ray(sites), layout, correlator);
  EXPECT_NEAR(masses[1], 1.3, 1e-14);
  EXPECT_TRUE(std::isnan(masses[2]));
}

}  // namespace
}  // namespace nnft::effective_mass_test
