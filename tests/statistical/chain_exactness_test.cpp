// Each update leaves the density invariant: states drawn exactly, by rejection, have the same means after some updates as before.
// The differences are paired, so that a wrong acceptance rule shows. Gandy, Scott, arXiv:2001.06465; Geweke, JASA 99 (2004) 799.

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdio>
#include <vector>

#include "support/phi4_chains.hpp"
#include "support/sizes.hpp"

namespace nnft {
namespace {

const int samples = test::sized(16000, 200);  // of each chain of the batch
constexpr int updates = 3;
constexpr std::size_t quantities = 5;
constexpr double too_far = 5.0;  // standard errors; there are 30 numbers

/// Of the field of one chain: the sum of squares over nodes, products at the sites, a fourth power.
std::array<double, quantities> measured(const FieldChains& chains, int c) {
  const auto phi = [&](int p) { return chains.fields()[p * batch_samples + c]; };
  double square = 0.0;
  for (int z = 0; z < 6; ++z) square += phi(z) * phi(z);
  return {square, phi(6) * phi(6), phi(6) * phi(7), std::pow(phi(6), 4), std::abs(phi(6) + phi(7))};
}

/// The largest of the mean differences over their standard errors. @param used the operator that the chains are updated with.
double largest_change(const test::ChainCase& method, const FieldOperator& op, const FieldOperator& used) {
  const auto free = method.free_draws(op), chains = method.chains(used);
  RowMatrix state(batch_samples, free->state_size());
  std::array<RowMatrix, batch_samples> exact;  // states of each chain, one row each
  for (RowMatrix& rows : exact) rows.resize(samples, free->state_size());
  std::array<int, batch_samples> found{};
  free->start();
  for (std::uint64_t step = 1;; ++step) {
    free->update(step, false);
    free->save(state);
    std::array<double, 2 * batch_samples> uniforms{};
    variate_kernels(widest_simd_path()).uniforms(Stream(99, 1), {Purpose::shared_scale, step << 20, 0, 1}, uniforms.data());
    for (std::size_t c = 0; c < batch_samples; ++c)
      if (found[c] < samples && uniforms[c] + 0.5 < std::exp(-free->potential()[c]))
        exact[c].row(found[c]++) = state.row(static_cast<Eigen::Index>(c));
    if (std::ranges::all_of(found, [](int count) { return count == samples; })) break;
  }
  std::array<double, quantities> sums{}, squares{};
  for (int s = 0; s < samples; ++s) {
    for (int c = 0; c < batch_samples; ++c) state.row(c) = exact[static_cast<std::size_t>(c)].row(s);
    chains->restore(state);
    std::array<std::array<double, quantities>, batch_samples> before;
    for (int c = 0; c < batch_samples; ++c) before[static_cast<std::size_t>(c)] = measured(*chains, c);
    for (int u = 1; u <= updates; ++u)
      chains->update((std::uint64_t{1} << 30) + static_cast<std::uint64_t>(s * updates + u), true);
    for (int c = 0; c < batch_samples; ++c) {
      const auto after = measured(*chains, c);
      for (std::size_t q = 0; q < quantities; ++q) {
        const double change = after[q] - before[static_cast<std::size_t>(c)][q];
        sums[q] += change;
        squares[q] += change * change;
      }
    }
  }
  double largest = 0.0;
  const double n = samples * batch_samples;
  for (std::size_t q = 0; q < quantities; ++q)
    largest = std::max(largest, std::abs(sums[q]) / std::sqrt(squares[q] - sums[q] * sums[q] / n));
  return largest;
}

class ChainExactness : public testing::TestWithParam<test::ChainCase> {};

TEST_P(ChainExactness, UpdatesLeaveTheDensityInvariantAndAWrongRuleDoesNot) {
  // V >= 0, so that e^{−V} is a probability; with λ = 20 about half of the draws are rejected.
  const FieldOperator op(test::small_grid(), {20.0, 0.0, 0.0, 0.0});
  // Accepting with e^{−0.9ΔV} in place of e^{−ΔV}.
  const FieldOperator wrong(test::small_grid(), {18.0, 0.0, 0.0, 0.0});
  const double right_change = largest_change(GetParam(), op, op), wrong_change = largest_change(GetParam(), op, wrong);
  std::printf("%-32s largest change %.2f standard errors; with 0.9 dV in the acceptance rule %.1f\n", GetParam().name,
              right_change, wrong_change);
  NNFT_SKIP_IF_SMALL();
  EXPECT_LT(right_change, too_far);
  EXPECT_GT(wrong_change, too_far);
}

INSTANTIATE_TEST_SUITE_P(Methods, ChainExactness, testing::ValuesIn(test::chain_cases()), test::case_name);

}  // namespace
}  // namespace nnft
