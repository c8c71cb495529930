#include "nnft/theory/unit_directions.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace nnft::unit_directions_test {
namespace {

// The averages of cos(2·phase·n_1) are cos, J₀ and sinc.
TEST(UnitDirections, AveragesOfWaves) {
  for (const double phase : {0.0, 1.0, 9.0}) {
    const double z = 2.0 * phase;
    const double expected[] = {std::cos(z), std::cyl_bessel_j(0.0, z), z > 0.0 ? std::sin(z) / z : 1.0};
    for (const int d : {1, 2, 3}) {
      const UnitDirections unit = unit_directions(d, phase, 0);
      // Rounding of a sum of as many terms, in whatever order.
      EXPECT_NEAR(unit.weights.sum(), 1.0, static_cast<double>(unit.weights.size()) * std::numeric_limits<double>::epsilon());
      EXPECT_LE((unit.vectors.colwise().squaredNorm().array() - 1.0).abs().maxCoeff(), 1e-14);
      EXPECT_NEAR(unit.weights.dot((z * unit.vectors.row(0).array()).cos().matrix().transpose()), expected[d - 1], 1e-12);
    }
  }
}

}  // namespace
}  // namespace nnft::unit_directions_test
