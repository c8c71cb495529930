#include "nnft/random/variates.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "nnft/core/error.hpp"
#include "support/every_path.hpp"
#include "support/reference_draws.hpp"

namespace nnft::variates_test {
namespace {

constexpr std::uint64_t crossing = (std::uint64_t{1} << 32) - 5;  // lanes on both sides of a carry into the high sample word

using EveryPath = test::EveryPath;

TEST_P(EveryPath, NormalsAndUniformsAreThoseOfTheScalarGenerator) {
  const Stream stream(0x123456789abcdef0ull, 100);
  const VariateKernels& kernels = variate_kernels(GetParam());
  for (const std::uint64_t first : {std::uint64_t{0}, std::uint64_t{48}, crossing, first_pilot_sample}) {
    std::vector<double> normals(8 * batch_samples), uniforms(8 * batch_samples);
    kernels.normals(stream, {Purpose::input_weight, first, 6, 7}, normals.data());
    kernels.uniforms(stream, {Purpose::phase, first, 6, 7}, uniforms.data());
    for (int row = 0; row < 8; ++row)
      for (int lane = 0; lane < batch_samples; ++lane) {
        const auto at = static_cast<std::size_t>(row * batch_samples + lane);
        const std::uint64_t sample = first + static_cast<std::uint64_t>(lane);
        const auto variate = static_cast<std::uint32_t>(6 + row);
        EXPECT_EQ(uniforms[at], test::uniform(stream, Purpose::phase, sample, variate));
        // The reference rounds 2π·turn before the cosine: up to 2 ulp of a value below 9 (1 ulp = 2^-50) and a few more.
        EXPECT_NEAR(normals[at], test::normal(stream, Purpose::input_weight, sample, variate), 8 * std::ldexp(1.0, -52));
      }
  }
}

TEST_P(EveryPath, OtherDensitiesAreThoseOfTheScalarGenerator) {
  const Stream stream(0x123456789abcdef0ull, 100);
  const VariateKernels& kernels = variate_kernels(GetParam());
  for (const std::uint64_t first : {std::uint64_t{48}, crossing}) {
    std::vector<double> uniforms(8 * batch_samples), laplaces(8 * batch_samples), signs(8 * batch_samples);
    std::vector<double> heavy(8 * batch_samples), nearly_normal(8 * batch_samples);
    const VariateRequest request{Purpose::bias, first, 6, 7};
    kernels.unit_uniforms(stream, request, uniforms.data());
    kernels.laplaces(stream, request, laplaces.data());
    kernels.rademachers(stream, request, signs.data());
    kernels.student_ts(stream, request, 2.5, heavy.data());
    kernels.student_ts(stream, request, 1e5, nearly_normal.data());
    for (std::uint32_t row = 0; row < 8; ++row)
      for (std::uint32_t lane = 0; lane < batch_samples; ++lane) {
        const std::uint32_t at = row * batch_samples + lane, variate = 6 + row;
        EXPECT_NEAR(uniforms[at], test::unit_uniform(stream, Purpose::bias, first + lane, variate), 4e-16);
        EXPECT_NEAR(laplaces[at], test::laplace(stream, Purpose::bias, first + lane, variate), 4e-15);
        EXPECT_EQ(signs[at], test::rademacher(stream, Purpose::bias, first + lane, variate));
        const double t = test::student_t(stream, Purpose::bias, first + lane, variate, 2.5);
        EXPECT_NEAR(heavy[at], t, 4e-15 * (1.0 + std::abs(t)));
        EXPECT_NEAR(nearly_normal[at], test::student_t(stream, Purpose::bias, first + lane, variate, 1e5), 4e-15);
      }
  }
}

TEST_P(EveryPath, ASampleIsTheSameInAnyBatch) {
  const Stream stream(7, 3);
  const VariateKernels& kernels = variate_kernels(GetParam());
  std::vector<double> aligned(2 * batch_samples), shifted(2 * batch_samples);
  kernels.normals(stream, {Purpose::output_weight, 1000, 0, 2}, aligned.data());
  for (int shift = 1; shift < batch_samples; ++shift) {
    kernels.normals(stream, {Purpose::output_weight, 1000 - static_cast<std::uint64_t>(shift), 0, 2}, shifted.data());
    for (int lane = 0; lane + shift < batch_samples; ++lane)
      EXPECT_EQ(aligned[static_cast<std::size_t>(lane)], shifted[static_cast<std::size_t>(lane + shift)]);
  }
}

TEST_P(EveryPath, NormalsHaveNormalMoments) {
  const Stream stream(11, 1);
  const VariateKernels& kernels = variate_kernels(GetParam());
  constexpr int count = 1 << 20;
  double sums[5] = {};
  std::vector<double> batch(64 * batch_samples);
  for (int done = 0; done < count; done += 64 * batch_samples) {
    kernels.normals(stream, {Purpose::input_weight, static_cast<std::uint64_t>(done), 0, 64}, batch.data());
    for (const double z : batch)
      for (int power = 1; power <= 4; ++power) sums[power] += std::pow(z, power);
  }
  const double moments[5] = {1, 0, 1, 0, 3}, variances[5] = {0, 1, 2, 15, 96};
  for (int power = 1; power <= 4; ++power)
    EXPECT_LT(std::abs(sums[power] / count - moments[power]), 4.5 * std::sqrt(variances[power] / count)) << "power " << power;
}

INSTANTIATE_TEST_SUITE_P(Paths, EveryPath, test::every_path(), test::path_name);

TEST(Variates, FusedPathsAgreeToTheLastBit) {
  if (widest_simd_path() < SimdPath::avx512) GTEST_SKIP() << "this processor has no avx512";
  const Stream stream(5, 9);
  std::vector<double> a(64 * batch_samples), b(64 * batch_samples);
  variate_kernels(SimdPath::avx2).normals(stream, {Purpose::input_weight, 123, 0, 64}, a.data());
  variate_kernels(SimdPath::avx512).normals(stream, {Purpose::input_weight, 123, 0, 64}, b.data());
  EXPECT_EQ(std::memcmp(a.data(), b.data(), a.size() * sizeof(double)), 0);
  variate_kernels(SimdPath::avx2).laplaces(stream, {Purpose::input_weight, 123, 0, 64}, a.data());
  variate_kernels(SimdPath::avx512).laplaces(stream, {Purpose::input_weight, 123, 0, 64}, b.data());
  EXPECT_EQ(a, b);
  variate_kernels(SimdPath::avx2).student_ts(stream, {Purpose::input_weight, 123, 0, 64}, 3.5, a.data());
  variate_kernels(SimdPath::avx512).student_ts(stream, {Purpose::input_weight, 123, 0, 64}, 3.5, b.data());
  EXPECT_EQ(a, b);
}

// The stream is frozen: these are sample 12345 of seed 2024 at width 17, for ever.
TEST(Variates, AreFrozen) {
  const Stream stream(2024, 17);
  EXPECT_EQ(philox4x32(stream.counter(Purpose::input_weight, 12345, 3), stream.key()),
            philox4x32({3, 1u << 24 | 17u, 12345, 0}, {2024, 0}));
  std::vector<double> normals(2 * batch_samples), uniforms(2 * batch_samples);
  const VariateKernels& kernels = variate_kernels(widest_simd_path());
  kernels.normals(stream, {Purpose::input_weight, 12345, 6, 2}, normals.data());
  kernels.uniforms(stream, {Purpose::phase, 12345, 6, 2}, uniforms.data());
  EXPECT_NEAR(normals[0], 1.0404625685126074, 1e-15);
  EXPECT_NEAR(normals[batch_samples], -0.17599312589128646, 1e-15);
  EXPECT_EQ(uniforms[0], -0.041292632812385266);
  EXPECT_EQ(uniforms[batch_samples], 0.3237601994127004);
  // Variates 6 and 7 of purpose input_weight, computed once with Python's integers and math module.
  const VariateRequest request{Purpose::input_weight, 12345, 6, 2};
  const auto expect = [&](double first, double second) {
    EXPECT_NEAR(normals[0], first, 2e-15);
    EXPECT_NEAR(normals[batch_samples], second, 2e-15);
  };
  kernels.laplaces(stream, request, normals.data());
  expect(0.39369440601612166, 0.4533855810950274);
  kernels.unit_uniforms(stream, request, normals.data());
  expect(-0.25308108485050257, -0.09238225317492638);
  kernels.student_ts(stream, request, 5.0, normals.data());
  expect(1.1733317667041459, -0.36692841489555245);
  kernels.rademachers(stream, {Purpose::input_weight, 12345, 10, 2}, normals.data());
  expect(1.0, -1.0);
}

TEST(Variates, RefusesWhatTheProcessorLacks) {
  if (widest_simd_path() == SimdPath::avx512) GTEST_SKIP() << "this processor has every path";
  EXPECT_THROW(variate_kernels(SimdPath::avx512), UsageError);
}

TEST(Stream, RefusesWidthsBeyondTheCounter) {
  EXPECT_THROW(Stream(1, 0), UsageError);
  EXPECT_THROW(Stream(1, max_stream_width + 1), UsageError);
  EXPECT_NO_THROW(Stream(1, max_stream_width));
  EXPECT_EQ(Stream::process(7).width(), 0u);
  EXPECT_EQ(Stream::process(7).key(), Stream(7, 3).key());
}

}  // namespace
}  // namespace nnft::variates_test
