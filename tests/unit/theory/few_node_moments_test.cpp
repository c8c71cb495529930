#include "nnft/theory/few_node_moments.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "nnft/core/error.hpp"

namespace nnft::few_node_moments_test {
namespace {

FewNodeMoments moments(double connected) { return {Vector::Constant(2, 1.0), (Vector(2) << 1.0, connected).finished()}; }

TEST(FewNodeMoments, ChangesAreRelativeToConnectedCorrelators) {
  const MomentLayout layout(1, {2, 4});
  EXPECT_NEAR(largest_change(layout, moments(0.01), moments(0.01001)), 1e-5 / 0.01001, 1e-12);
  EXPECT_NEAR(largest_change(layout, moments(0.0), moments(1e-12)), 1e-8, 1e-14);
  EXPECT_TRUE(std::isinf(largest_change(layout, moments(0.0), moments(std::nan("")))));
}

TEST(FewNodeMoments, StopsAtTheFirstGoodLevel) {
  const MomentLayout layout(1, {2, 4});
  const auto at_level = [](int level) { return moments(0.5 + std::pow(10.0, -3 * level)); };
  EXPECT_EQ(converged_moments(layout, {at_level, [](int) { return 1.0; }}, patient_operations).connected[1], 0.5 + 1e-15);
  EXPECT_THROW(converged_moments(layout, {at_level, [](int level) { return level < 3 ? 1.0 : 1e12; }}, patient_operations),
               UsageError);
}

}  // namespace
}  // namespace nnft::few_node_moments_test
