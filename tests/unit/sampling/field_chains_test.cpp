#include "nnft/sampling/field_chains.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "nnft/core/error.hpp"
#include "support/phi4_chains.hpp"

namespace nnft::field_chains_test {
namespace {

constexpr int points = 8;

std::vector<double> fields_of(const FieldChains& chains) { return {chains.fields(), chains.fields() + points * batch_samples}; }

const FieldOperator& double_well() {
  static const FieldOperator op(test::small_grid(), {20.0, 1.5, 0.1, 0.0});
  return op;
}

class FieldChainsOf : public testing::TestWithParam<test::ChainCase> {};

TEST_P(FieldChainsOf, GoOnBitByBitFromTheirState) {
  const auto whole = GetParam().chains(double_well());
  whole->start();
  std::uint64_t step = 0;
  while (step < 20) whole->update(++step, false);
  RowMatrix state(batch_samples, whole->state_size());
  whole->save(state);
  const auto restored = GetParam().chains(double_well());
  restored->restore(state);
  whole->renew();
  EXPECT_EQ(fields_of(*whole), fields_of(*restored));
  while (step < 30) {
    whole->update(++step, true);
    restored->update(step, true);
  }
  EXPECT_EQ(fields_of(*whole), fields_of(*restored));
  RowMatrix again(batch_samples, whole->state_size()), then(batch_samples, whole->state_size());
  whole->save(again);
  restored->save(then);
  EXPECT_EQ(again, then);
  EXPECT_GT((again - state).cwiseAbs().maxCoeff(), 0.0);
}

// Chain 6 is the fourth of chains 0, 2, 4, …, and the second of 5, 6, 7, ….
TEST_P(FieldChainsOf, DoNotDependOnTheChainsBesideThem) {
  const auto even = GetParam().chains(double_well(), {0, 2}), near = GetParam().chains(double_well(), {5, 1});
  even->start();
  near->start();
  for (std::uint64_t step = 1; step <= 10; ++step) {
    even->update(step, false);
    near->update(step, false);
  }
  for (int p = 0; p < points; ++p) EXPECT_EQ(even->fields()[p * batch_samples + 3], near->fields()[p * batch_samples + 1]) << p;
  EXPECT_NE(even->fields()[3], near->fields()[2]);
}

TEST_P(FieldChainsOf, KeepTheirPotential) {
  const auto chains = GetParam().chains(double_well());
  chains->start();
  for (std::uint64_t step = 1; step <= 50; ++step) chains->update(step, false);
  for (int c = 0; c < batch_samples; ++c) {
    Vector phi(6);
    for (int z = 0; z < 6; ++z) phi[z] = chains->fields()[z * batch_samples + c];
    EXPECT_NEAR(chains->potential()[c], double_well().value(phi), 1e-11 * (1.0 + std::abs(chains->potential()[c])));
  }
}

// Fused multiply-add or not is the only difference between instruction sets.
TEST_P(FieldChainsOf, AgreeBetweenInstructionSets) {
  if (widest_simd_path() != SimdPath::avx512) GTEST_SKIP() << "this processor has no AVX-512";
  const auto narrow = GetParam().chains(double_well(), {0, 1}, SimdPath::avx2);
  const auto wide = GetParam().chains(double_well(), {0, 1}, SimdPath::avx512);
  narrow->start();
  wide->start();
  for (std::uint64_t step = 1; step <= 30; ++step) {
    narrow->update(step, true);
    wide->update(step, true);
  }
  EXPECT_EQ(fields_of(*narrow), fields_of(*wide));
}

INSTANTIATE_TEST_SUITE_P(Methods, FieldChainsOf, testing::ValuesIn(test::chain_cases()), test::case_name);

// Few leapfrogs are unstable where V is steep: every proposal from there is refused, until a slice leads away.
TEST(FieldChains, ComeBackFromTheTailsByHybridMonteCarlo) {
  const FieldOperator op(test::small_grid(), {20.0, 0.0, 0.0, 0.0});
  const auto chains = test::gaussian_chains(op, {false, false, 2});
  const RowMatrix far = RowMatrix::Constant(batch_samples, chains->state_size(), 6.0);
  chains->restore(far);
  chains->renew();
  const double there = *std::min_element(chains->potential(), chains->potential() + batch_samples);
  for (std::uint64_t step = 1; step < hybrid_slice_interval; ++step) {
    chains->update(step, false);
    EXPECT_EQ(*std::max_element(chains->acceptance(), chains->acceptance() + batch_samples), 0.0) << step;
  }
  for (std::uint64_t step = hybrid_slice_interval; step <= 20 * hybrid_slice_interval; ++step) chains->update(step, false);
  EXPECT_LT(*std::max_element(chains->potential(), chains->potential() + batch_samples), 0.1 * there);
}

// Output weights that are not normal are redrawn, but cannot be rotated.
TEST(FieldChains, RefuseToRotateOtherThanNormalWeights) {
  const CosNet net(1.0);
  const NeuronChainSpec spec{
      net, Stream(1, 4), {1.0, 0.0, {DensityShape::uniform, 0.0}}, test::small_grid(), test::observed_sites(), Vector::Zero(3)};
  ChainMethod rotate;
  rotate.rotate = true;
  EXPECT_THROW(neuron_chains(spec, double_well(), rotate, {0, 1}, widest_simd_path()), UsageError);
  EXPECT_NO_THROW(neuron_chains(spec, double_well(), {}, {0, 1}, widest_simd_path()));
}

}  // namespace
}  // namespace nnft::field_chains_test
