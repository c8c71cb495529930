#include "nnft/field/activation.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <vector>

#include "nnft/field/field_kernels.hpp"
#include "nnft/random/variates.hpp"
#include "support/every_path.hpp"

namespace nnft::activation_test {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

TEST(Activation, DefinitionsHaveTheBoundsAndParitiesTheyClaim) {
  EXPECT_EQ(all_activations().size(), 8u);
  for (const Activation activation : all_activations()) {
    bool parity = true;
    for (double z = -30.0; z <= 30.0; z += 0.37) {
      EXPECT_LE(std::abs(activate(activation, z)), activation_bound(activation)) << to_string(activation) << z;
      const double left = activate(activation, -z), right = activate(activation, z);
      parity = parity && std::abs(std::abs(left) - std::abs(right)) < 1e-12;
    }
    EXPECT_EQ(parity, has_parity(activation)) << to_string(activation);
  }
  EXPECT_EQ(activate(Activation::relu, -2.0), 0.0);
  EXPECT_NEAR(activate(Activation::gelu, 1.0), 0.8413447460685429, 1e-15);
  EXPECT_NEAR(activate(Activation::sigmoid, -1.0), 0.2689414213699951, 1e-15);
}

long double exact(Activation activation, long double z) {
  switch (activation) {
    case Activation::tanh:
      return std::tanh(z);
    case Activation::relu:
      return std::max(z, 0.0L);
    case Activation::erf:
      return std::erf(z);
    case Activation::sigmoid:
      return 1.0L / (1.0L + std::exp(-z));
    case Activation::sin:
      return std::sin(z);
    case Activation::cos:
      return std::cos(z);
    case Activation::gelu:
      return z * 0.5L * std::erfc(-z / std::sqrt(2.0L));
    case Activation::identity:
      break;
  }
  return z;
}

double ulp(double x) { return std::nextafter(std::abs(x), infinity) - std::abs(x); }

/// Arguments over ranges, evenly and by magnitude, a whole number of batches.
std::vector<double> arguments(double range) {
  std::vector<double> z;
  for (int k = -20000; k <= 20000; ++k) z.push_back(range * k / 20000.0 + 1e-3 / (k + 0.5));
  for (double magnitude = 1e-310; magnitude < range; magnitude *= 1.07) {
    z.push_back(magnitude);
    z.push_back(-magnitude);
  }
  while (z.size() % batch_samples != 0) z.push_back(0.0);
  return z;
}

using ActivationKernels = test::EveryPath;

TEST_P(ActivationKernels, AreAccurate) {
  const FieldKernels& kernels = field_kernels(GetParam());
  for (const Activation activation : all_activations())
    for (const double range : {1.0, 9.0, 45.0, 600.0}) {
      const std::vector<double> z = arguments(range);
      std::vector<double> values = z;
      kernels.activate(activation, static_cast<int>(z.size()), values.data());
      for (std::size_t k = 0; k < z.size(); ++k) {
        const auto reference = static_cast<double>(exact(activation, z[k]));
        ASSERT_NEAR(values[k], reference, std::max(4.0 * ulp(reference), 4e-16)) << to_string(activation) << "(" << z[k] << ")";
      }
    }
}

TEST_P(ActivationKernels, KeepRelativeAccuracyNearZero) {
  const FieldKernels& kernels = field_kernels(GetParam());
  for (const Activation activation : {Activation::tanh, Activation::erf, Activation::sin, Activation::gelu}) {
    const std::vector<double> z = arguments(0.5);
    std::vector<double> values = z;
    kernels.activate(activation, static_cast<int>(z.size()), values.data());
    for (std::size_t k = 0; k < z.size(); ++k) {
      const auto reference = static_cast<double>(exact(activation, z[k]));
      ASSERT_NEAR(values[k], reference, 4.5 * ulp(reference)) << to_string(activation) << "(" << z[k] << ")";
    }
  }
}

TEST_P(ActivationKernels, ReduceLargeAngles) {
  const FieldKernels& kernels = field_kernels(GetParam());
  for (const Activation activation : {Activation::sin, Activation::cos})
    for (const double range : {1e3, 1e6, 1e9}) {
      const std::vector<double> z = arguments(range);
      std::vector<double> values = z;
      kernels.activate(activation, static_cast<int>(z.size()), values.data());
      for (std::size_t k = 0; k < z.size(); ++k)
        ASSERT_NEAR(values[k], static_cast<double>(exact(activation, z[k])), 2.5e-16)
            << to_string(activation) << "(" << z[k] << ")";
    }
}

TEST_P(ActivationKernels, TakeTheEndsOfTheNumberLine) {
  const FieldKernels& kernels = field_kernels(GetParam());
  std::vector<double> z(batch_samples, 1.0);
  const std::vector<double> ends = {0.0, -0.0, infinity, -infinity, 1e300, -1e300};
  std::copy(ends.begin(), ends.end(), z.begin());
  const auto values = [&](Activation activation) {
    std::vector<double> out = z;
    kernels.activate(activation, batch_samples, out.data());
    return std::vector<double>(out.begin(), out.begin() + 6);
  };
  for (const Activation odd : {Activation::tanh, Activation::erf})
    EXPECT_EQ(values(odd), (std::vector<double>{0, 0, 1, -1, 1, -1}));
  for (const Activation signed_zero : {Activation::tanh, Activation::erf, Activation::sin, Activation::gelu}) {
    EXPECT_FALSE(std::signbit(values(signed_zero)[0])) << to_string(signed_zero);
    EXPECT_TRUE(std::signbit(values(signed_zero)[1])) << to_string(signed_zero);
  }
  EXPECT_EQ(values(Activation::relu), (std::vector<double>{0, 0, infinity, 0, 1e300, 0}));
  EXPECT_EQ(values(Activation::gelu), (std::vector<double>{0, 0, infinity, 0, 1e300, 0}));
  const std::vector<double> sigmoid = values(Activation::sigmoid);
  EXPECT_EQ(sigmoid[2], 1.0);
  EXPECT_LT(sigmoid[3], 1e-307);
  for (const Activation wave : {Activation::sin, Activation::cos})
    for (const double value : values(wave)) EXPECT_LE(std::abs(value), 1.0);
}

TEST_P(ActivationKernels, ExponentialsCoverTheRangeOfDoubles) {
  const FieldKernels& kernels = field_kernels(GetParam());
  std::vector<double> z;
  for (double x = -760.0; x < 720.0; x += 0.0173) z.push_back(x);
  for (const double x : {0.0, -0.0, 1e-300, -1e-18, infinity, -infinity, 1e300, -1e300, 709.782712893384, 709.7827128933841})
    z.push_back(x);
  while (z.size() % batch_samples != 0) z.push_back(0.0);
  std::vector<double> values = z;
  kernels.exponentials(static_cast<int>(z.size()), values.data());
  for (std::size_t k = 0; k < z.size(); ++k) {
    const auto reference = static_cast<double>(std::exp(static_cast<long double>(z[k])));
    if (std::isinf(reference))
      ASSERT_EQ(values[k], reference) << z[k];
    else
      ASSERT_NEAR(values[k], reference, 2.0 * ulp(reference)) << z[k];
  }
}

TEST_P(ActivationKernels, PowersAreAccurate) {
  const FieldKernels& kernels = field_kernels(GetParam());
  for (const double exponent : {-0.5, -0.35, 0.25, 0.5}) {
    std::vector<double> x;
    for (double value = 1.0; value > 1e-8; value *= 0.993) x.push_back(value);
    while (x.size() % batch_samples != 0) x.push_back(1.0);
    std::vector<double> values = x;
    kernels.powers(static_cast<int>(x.size()), exponent, values.data());
    for (std::size_t k = 0; k < x.size(); ++k) {
      const auto reference = static_cast<double>(std::pow(static_cast<long double>(x[k]), static_cast<long double>(exponent)));
      ASSERT_NEAR(values[k], reference, 8.0 * ulp(reference)) << x[k] << "^" << exponent;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Paths, ActivationKernels, test::every_path(), test::path_name);

TEST(FusedPaths, AgreeToTheLastBit) {
  if (widest_simd_path() < SimdPath::avx512) GTEST_SKIP() << "this processor has no avx512";
  const FieldKernels& narrow = field_kernels(SimdPath::avx2);
  const FieldKernels& wide = field_kernels(SimdPath::avx512);
  const std::vector<double> z = arguments(20.0);
  const int size = static_cast<int>(z.size());
  const auto expect_same = [&](auto transform) {
    std::vector<double> a = z, b = z;
    transform(narrow, a.data());
    transform(wide, b.data());
    EXPECT_EQ(a, b);
  };
  for (const Activation activation : all_activations())
    expect_same([&](const FieldKernels& kernels, double* values) { kernels.activate(activation, size, values); });
  expect_same([&](const FieldKernels& kernels, double* values) { kernels.exponentials(size, values); });
}

}  // namespace
}  // namespace nnft::activation_test
