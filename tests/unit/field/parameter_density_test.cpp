#include "nnft/field/parameter_density.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "nnft/core/error.hpp"
#include "nnft/field/density_variates.hpp"
#include "support/every_path.hpp"
#include "support/reference_nets.hpp"
#include "support/sizes.hpp"

namespace nnft::parameter_density_test {
namespace {

const std::vector<ParameterDensity> densities = {{DensityShape::normal, 0.0},     {DensityShape::uniform, 0.0},
                                                 {DensityShape::laplace, 0.0},    {DensityShape::student_t, 9.5},
                                                 {DensityShape::rademacher, 0.0}, {DensityShape::student_t, 1e6}};

TEST(ParameterDensity, MomentsAreTheKnownOnes) {
  const double infinity = std::numeric_limits<double>::infinity();
  for (const ParameterDensity& density : densities) {
    EXPECT_EQ(density.moment(0), 1.0);
    EXPECT_EQ(density.moment(3), 0.0);
    EXPECT_NEAR(density.moment(2), 1.0, 1e-15);
  }
  const auto fourth_and_sixth = [](DensityShape shape, double nu = 0.0) {
    return std::vector<double>{ParameterDensity{shape, nu}.moment(4), ParameterDensity{shape, nu}.moment(6)};
  };
  EXPECT_EQ(fourth_and_sixth(DensityShape::normal), (std::vector<double>{3, 15}));
  EXPECT_NEAR(fourth_and_sixth(DensityShape::uniform)[0], 9.0 / 5.0, 1e-15);
  EXPECT_NEAR(fourth_and_sixth(DensityShape::uniform)[1], 27.0 / 7.0, 1e-15);
  EXPECT_EQ(fourth_and_sixth(DensityShape::laplace), (std::vector<double>{6, 90}));
  EXPECT_EQ(fourth_and_sixth(DensityShape::rademacher), (std::vector<double>{1, 1}));
  EXPECT_NEAR(fourth_and_sixth(DensityShape::student_t, 10.0)[0], 4.0, 1e-14);
  EXPECT_NEAR(fourth_and_sixth(DensityShape::student_t, 10.0)[1], 15.0 * 64 / 24, 1e-13);
  EXPECT_EQ(fourth_and_sixth(DensityShape::student_t, 4.0)[0], infinity);
  EXPECT_EQ((ParameterDensity{DensityShape::student_t, 4.5}.first_missing_moment()), 4.5);
  EXPECT_EQ(ParameterDensity{}.first_missing_moment(), infinity);
}

using DensityVariatesOnEveryPath = test::EveryPath;

TEST_P(DensityVariatesOnEveryPath, AreThoseOfTheScalarGenerator) {
  const Stream stream(77, 12);
  for (const ParameterDensity& density : densities) {
    const DensityVariates variates(density, stream, GetParam());
    std::vector<double> out(6 * batch_samples);
    variates({hidden_weight(3), 900, 10, 5}, out.data());
    for (std::uint32_t row = 0; row < 5; ++row)
      for (std::uint32_t lane = 0; lane < batch_samples; ++lane) {
        const double reference = test::variate(density, stream, hidden_weight(3), 900 + lane, 10 + row);
        EXPECT_NEAR(out[row * batch_samples + lane], reference, 4e-15) << to_string(density.shape);
      }
  }
}

TEST_P(DensityVariatesOnEveryPath, HaveTheMomentsOfTheDensity) {
  const Stream stream(5, 3);
  const int count = test::sized(1 << 20, 1 << 16);
  for (const ParameterDensity& density : densities) {
    const DensityVariates variates(density, stream, GetParam());
    std::vector<double> batch(64 * batch_samples);
    double sums[5] = {};
    for (int done = 0; done < count; done += 64 * batch_samples) {
      variates({Purpose::bias, static_cast<std::uint64_t>(done), 0, 64}, batch.data());
      for (const double w : batch)
        for (int order = 1; order <= 4; ++order) sums[order] += std::pow(w, order);
    }
    for (int order = 1; order <= 4; ++order) {
      const double mean = density.moment(order), variance = density.moment(2 * order) - mean * mean;
      EXPECT_LE(std::abs(sums[order] / count - mean), 4.5 * std::sqrt(variance / count) + 1e-12)
          << to_string(density.shape) << " order " << order;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Paths, DensityVariatesOnEveryPath, test::every_path(), test::path_name);

TEST(DensityVariates, RefuseDensitiesWithoutVariance) {
  const Stream stream(1, 1);
  for (const double nu : {2.0, 0.0, -1.0, std::nan(""), std::numeric_limits<double>::infinity()})
    EXPECT_THROW(DensityVariates({DensityShape::student_t, nu}, stream, SimdPath::generic), UsageError);
}

}  // namespace
}  // namespace nnft::parameter_density_test
