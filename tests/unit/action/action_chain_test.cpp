// Chains that draw from e^{−S}: bits do not depend on the batch; updates leave the density invariant, shown with states that were
// drawn exactly, by rejection, and a wrong rule is refused. Gandy, Scott, arXiv:2001.06465; Geweke, JASA 99 (2004) 799.
#include "nnft/action/action_chain.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdio>
#include <random>
#include <vector>

#include "nnft/action/action_draws.hpp"
#include "nnft/action/draw_pilot.hpp"
#include "nnft/core/error.hpp"
#include "support/sizes.hpp"

namespace nnft::action_chain_test {
namespace {

constexpr int sites = 2;

/// Two sites that feel each other: `shift` is added to g2, `scale` multiplies g4.
SiteAction coupled(double shift, double scale) {
  return SiteAction(sites, {{2, (Vector(3) << 0.6 + shift, -0.2, 0.5 + shift).finished()},
                            {4, scale * (Vector(5) << 0.3, 0.02, 0.05, -0.03, 0.25).finished()}});
}

/// Fields from e^{−S} by rejection of draws from N(0, v·1): S − ½φ²/v >= floor.
std::vector<Vector> exact_draws(const SiteAction& action, double v, double floor, int count) {
  std::mt19937_64 generator(11);
  std::normal_distribution<double> normal(0.0, std::sqrt(v));
  std::uniform_real_distribution<double> uniform;
  std::vector<Vector> draws;
  while (std::ssize(draws) < count) {
    const Vector phi = (Vector(2) << normal(generator), normal(generator)).finished();
    const double excess = action.value(phi) - 0.5 * phi.squaredNorm() / v - floor;
    EXPECT_GE(excess, 0.0);
    if (uniform(generator) < std::exp(-excess)) draws.push_back(phi);
  }
  return draws;
}

std::array<double, 5> measured(const RowMatrix& fields, int c) {
  const double a = fields(c, 0), b = fields(c, 1);
  return {a * a, a * b, b * b, a * a * a * a, a * a * b * b};
}

/// After some updates with the chains of `used`: the largest change of a mean over its standard error.
double largest_change(const std::vector<Vector>& draws, const SiteAction& used, const RowMatrix& covariance) {
  constexpr int updates = 3;
  ActionChains chains(GaussianReference(used, covariance), Stream(5, 1), 0, widest_simd_path());
  RowMatrix before(batch_samples, sites), after(batch_samples, sites);
  std::array<double, 5> sums{}, squares{};
  std::uint64_t step = 0;
  for (std::size_t first = 0; first < draws.size(); first += batch_samples) {
    for (int c = 0; c < batch_samples; ++c) before.row(c) = draws[first + static_cast<std::size_t>(c)].transpose();
    chains.restore(before);
    for (int u = 0; u < updates; ++u) chains.update(++step);
    chains.save(after);
    for (int c = 0; c < batch_samples; ++c) {
      const auto was = measured(before, c), is = measured(after, c);
      for (std::size_t q = 0; q < sums.size(); ++q) {
        sums[q] += is[q] - was[q];
        squares[q] += (is[q] - was[q]) * (is[q] - was[q]);
      }
    }
  }
  double largest = 0.0;
  for (std::size_t q = 0; q < sums.size(); ++q) {
    const double n = static_cast<double>(draws.size());
    largest = std::max(largest, std::abs(sums[q]) / std::sqrt(squares[q] - sums[q] * sums[q] / n));
  }
  return largest;
}

struct ExactnessCase {
  const char* name;
  double shift;  ///< of g2
  RowMatrix covariance;
};

class ActionChainExactness : public testing::TestWithParam<ExactnessCase> {};

TEST_P(ActionChainExactness, UpdatesLeaveTheDensityInvariantAndAWrongRuleDoesNot) {
  const SiteAction action = coupled(GetParam().shift, 1.0);
  // The floor is found on a grid, and checked at every draw.
  double floor = 0.0;
  for (double a = -6.0; a <= 6.0; a += 0.05)
    for (double b = -6.0; b <= 6.0; b += 0.05) {
      const Vector phi = (Vector(2) << a, b).finished();
      floor = std::min(floor, action.value(phi) - 0.25 * phi.squaredNorm());
    }
  const std::vector<Vector> draws = exact_draws(action, 2.0, floor - 0.01, test::sized(400000, 8000));
  const double right = largest_change(draws, action, GetParam().covariance);
  // Accepting by the V of an action whose quartic couplings are 10 % off.
  const SiteAction wrong_action = coupled(GetParam().shift, 0.9);
  const double wrong = largest_change(draws, wrong_action, GetParam().covariance);
  std::printf("%-20s largest change %.2f standard errors; with g4 10 %% off %.1f\n", GetParam().name, right, wrong);
  EXPECT_LT(right, 4.5);
  NNFT_SKIP_IF_SMALL();
  EXPECT_GT(wrong, 6.0);
}

std::vector<ExactnessCase> exactness_cases() {
  const RowMatrix gaussian_part = 0.5 * (RowMatrix(2, 2) << 0.5, 0.2, 0.2, 0.6).finished() / (0.6 * 0.5 - 0.04);
  // Any reference is exact: one that is far too wide, so that V is not bounded below in φ², and one too narrow.
  return {{"gaussian_part", 0.0, gaussian_part},
          {"correlated", 0.0, (RowMatrix(2, 2) << 1.5, 0.9, 0.9, 1.2).finished()},
          {"narrow", 0.0, 0.3 * RowMatrix::Identity(2, 2)},
          {"double_well", -1.6, 0.8 * RowMatrix::Identity(2, 2)}};
}

INSTANTIATE_TEST_SUITE_P(References, ActionChainExactness, testing::ValuesIn(exactness_cases()),
                         [](const auto& which) { return std::string(which.param.name); });

TEST(ActionChains, AChainIsTheSameInAnyBatch) {
  const GaussianReference reference(coupled(0.0, 1.0), RowMatrix::Identity(2, 2));
  const DrawLayout layout(MomentLayout(sites, {2, 4}), 100);
  const DrawSchedule schedule{10, 2};
  const RowMatrix here = draw_batch(reference, layout, schedule, Stream(3, 1), 0, widest_simd_path());
  const RowMatrix shifted = draw_batch(reference, layout, schedule, Stream(3, 1), 5, widest_simd_path());
  EXPECT_EQ(here.bottomRows(batch_samples - 5), shifted.topRows(batch_samples - 5));
  EXPECT_NE(here.row(0), shifted.row(0));
}

TEST(ActionChains, Avx2AndAvx512HaveTheSameBits) {
  if (widest_simd_path() < SimdPath::avx512) GTEST_SKIP() << "this processor has no avx512";
  const GaussianReference reference(coupled(-1.0, 1.0), RowMatrix::Identity(2, 2));
  const DrawLayout layout(MomentLayout(sites, {2, 4, 6}), 100);
  EXPECT_EQ(draw_batch(reference, layout, {10, 2}, Stream(3, 1), 0, SimdPath::avx2),
            draw_batch(reference, layout, {10, 2}, Stream(3, 1), 0, SimdPath::avx512));
}

TEST(ActionChains, TheActionIsThatOfTheFields) {
  const SiteAction action = coupled(-1.0, 1.0);
  ActionChains chains(GaussianReference(action, RowMatrix::Identity(2, 2)), Stream(3, 2), 0, widest_simd_path());
  chains.start(0);
  for (std::uint64_t step = 1; step < 50; ++step) chains.update(step);
  RowMatrix fields(batch_samples, sites);
  chains.save(fields);
  std::array<double, batch_samples> values{};
  chains.action(values.data());
  for (int c = 0; c < batch_samples; ++c)
    EXPECT_NEAR(values[static_cast<std::size_t>(c)], action.value(fields.row(c).transpose()), 1e-12);
}

TEST(ActionChains, AGaussianActionIsDrawnWithoutRejection) {
  const RowMatrix g2 = (RowMatrix(2, 2) << 0.6, -0.2, -0.2, 0.5).finished();
  const SiteAction action(sites, {{2, (Vector(3) << 0.6, -0.2, 0.5).finished()}});
  const DrawMethod method = pilot_draws(action, Stream(1, 1), widest_simd_path());
  EXPECT_EQ(method.kind, ReferenceKind::gaussian_part);
  EXPECT_TRUE((method.covariance * (2.0 * g2)).isApprox(RowMatrix::Identity(2, 2), 1e-12));
}

TEST(ActionChains, ThePilotLeavesAGaussianPartThatIsFarTooWide) {
  // g2 is nearly nothing: φ² = 50 of the Gaussian part, about 0.3 of the action.
  const SiteAction action(1, {{2, Vector::Constant(1, 0.01)}, {4, Vector::Constant(1, 1.0)}});
  const DrawMethod method = pilot_draws(action, Stream(1, 1), widest_simd_path());
  EXPECT_EQ(method.kind, ReferenceKind::pilot_covariance);
  // Γ(3/4)/Γ(1/4) = 0.33799 for g2 = 0; the pilot has 8192 correlated samples.
  EXPECT_NEAR(method.covariance(0, 0), 0.3355, 0.03);
}

TEST(GaussianReference, TheGaussianPartIsExactWhereItIsIllConditioned) {
  // Two sites correlated by 1 − 10⁻⁹.
  RowMatrix covariance = RowMatrix::Constant(2, 2, 1.0);
  covariance(0, 1) = covariance(1, 0) = 1.0 - 0x1p-30;
  const double determinant = 1.0 - covariance(0, 1) * covariance(0, 1);
  const double diagonal = 0.5 / determinant;
  const SiteAction action(2, {{2, (Vector(3) << diagonal, -diagonal * covariance(0, 1), diagonal).finished()}});
  const auto reference = GaussianReference::of_gaussian_part(action);
  ASSERT_TRUE(reference);
  EXPECT_TRUE(reference->covariance().isApprox(covariance, 1e-6));
  EXPECT_EQ(reference->potential().degree(), 0);
  EXPECT_FALSE(GaussianReference::of_gaussian_part(coupled(-1.0, 1.0)));
}

TEST(ActionChains, RoundingIsThatOfTermsThatCancel) {
  // 10¹²(φ₀ − φ₁)⁴ + φ₀² + φ₁²: fields along the valley are of order 1.
  const double g = 1e12;
  const SiteAction action(2, {{2, (Vector(3) << 1.0, 0.0, 1.0).finished()}, {4, (Vector(5) << g, -g, g, -g, g).finished()}});
  const DrawMethod method = pilot_draws(action, Stream(1, 1), widest_simd_path());
  EXPECT_GT(method.rounding, 1e-3);
  const DrawMethod harmless = pilot_draws(coupled(0.0, 1.0), Stream(1, 1), widest_simd_path());
  EXPECT_LT(harmless.rounding, 1e-12);
}

TEST(GaussianReference, RefusesWhatIsNoCovariance) {
  const SiteAction action = coupled(0.0, 1.0);
  EXPECT_THROW(GaussianReference(action, RowMatrix::Identity(3, 3)), ShapeError);
  EXPECT_THROW(GaussianReference(action, -RowMatrix::Identity(2, 2)), ShapeError);
}

/// Sums along chains against the same from the samples themselves.
TEST(DrawSums, AreThoseOfTheSamples) {
  const GaussianReference reference(coupled(0.0, 1.0), RowMatrix::Identity(2, 2));
  for (const std::int64_t samples : {1, 7, 50}) {
    const DrawLayout layout(MomentLayout(sites, {2, 4}), samples);
    ActionChains chains(reference, Stream(9, 1), 0, widest_simd_path());
    chains.start(0);
    DrawSums sums(layout, widest_simd_path());
    std::vector<double> x;  // F of chain 3
    double monomial = 0.0;
    for (std::int64_t t = 0; t < samples; ++t) {
      chains.update(static_cast<std::uint64_t>(t) + 1);
      const std::array<std::int64_t, batch_samples> tried{};
      sums.add(chains, tried.data());
      const double a = chains.fields()[3], b = chains.fields()[batch_samples + 3];
      x.push_back(0.5 * (a * a + b * b));
      monomial += a * b * b * b;
    }
    const RowMatrix rows = sums.rows();
    const int place = layout.moments().offset(4) + layout.moments().index(4).position({0, 1, 1, 1});
    EXPECT_NEAR(rows(3, place), monomial, 1e-12);
    double half = 0.0;
    for (std::int64_t t = 0; t < samples / 2; ++t) half += x[static_cast<std::size_t>(t)];
    EXPECT_NEAR(rows(3, layout.first_half_sum(1)), half, 1e-12);
    for (int l = 0; l < layout.lags(); ++l) {
      double products = 0.0, edges = 0.0;
      for (std::int64_t t = 0; t + l < samples; ++t)
        products += x[static_cast<std::size_t>(t)] * x[static_cast<std::size_t>(t + l)];
      for (std::int64_t t = 0; t < l; ++t) edges += x[static_cast<std::size_t>(t)] + x[static_cast<std::size_t>(samples - 1 - t)];
      EXPECT_NEAR(rows(3, layout.products(1) + l), products, 1e-11) << l;
      EXPECT_NEAR(rows(3, layout.edges(1) + l), edges, 1e-11) << l;
    }
  }
}

}  // namespace
}  // namespace nnft::action_chain_test
