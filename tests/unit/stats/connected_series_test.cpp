#include "nnft/stats/connected_series.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <vector>

#include "nnft/core/error.hpp"

namespace nnft::connected_series_test {
namespace {

using Real = long double;
using Strengths = std::array<Real, 3>;

const MomentLayout moments(2, {2, 4, 6});

/// A population of a few covariances K of two sites with two potentials each, all of whose moments are finite sums.
struct Member {
  std::array<double, 3> k;  ///< K₀₀, K₀₁, K₁₁
  std::array<double, 2> v;
};

std::vector<Member> population() {
  std::vector<Member> members;
  for (int m = 0; m < 7; ++m) {
    const auto wave = [&](double phase) { return std::sin(phase + 1.7 * m); };
    members.push_back({{1.0 + 0.4 * wave(0.3), 0.5 + 0.3 * wave(1.1), 0.9 + 0.5 * wave(2.0)},
                       {0.7 + 0.5 * wave(0.9) + 0.2 * wave(0.3), 0.4 * wave(2.2) - 0.3}});
  }
  return members;
}

/// Σ over the pairings of the legs of Π k(leg, leg).
double wick_sum(const std::vector<int>& legs, const std::function<double(int, int)>& k) {
  if (legs.empty()) return 1.0;
  double sum = 0.0;
  for (std::size_t partner = 1; partner < legs.size(); ++partner) {
    std::vector<int> rest(legs.begin() + 1, legs.end());
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(partner) - 1);
    sum += k(legs[0], legs[partner]) * wick_sum(rest, k);
  }
  return sum;
}

/// The monomials of one member: Wick sums of K − K₀.
std::vector<double> monomials(const Member& member, const Vector& reference) {
  std::vector<double> row;
  const PackedIndex& pairs = moments.index(2);
  const auto deviation = [&](int p, int q) {
    const int pair = pairs.position({std::min(p, q), std::max(p, q)});
    return member.k[static_cast<std::size_t>(pair)] - reference[pair];
  };
  for (const int order : moments.orders())
    for (int t = 0; t < moments.index(order).size(); ++t) {
      const int* tuple = moments.index(order).tuple(t);
      row.push_back(wick_sum({tuple, tuple + order}, deviation));
    }
  return row;
}

/// E[v^k] of the shared scale, whatever the sign of α.
Real scale_moment(Real alpha, int k) { return k <= 1 ? 1.0L : scale_moment(alpha, k - 1) * (1.0L + (k - 1) * alpha); }

/// G_c of the population reweighted by exp(−a₀V₀ − a₂V₁), times a shared scale of strength a₁.
std::vector<Real> exact(const Strengths& a) {
  std::vector<Real> full(static_cast<std::size_t>(moments.size())), connected(full.size());
  Real norm = 0.0L;
  for (const Member& member : population()) {
    const Real weight = std::exp(-a[0] * member.v[0] - a[2] * member.v[1]);
    norm += weight;
    const std::vector<double> row = monomials(member, Vector::Zero(3));
    for (std::size_t t = 0; t < row.size(); ++t) full[t] += weight * row[t];
  }
  for (Real& moment : full) moment /= norm;
  for (const int order : moments.orders())
    for (int t = 0; t < moments.index(order).size(); ++t)
      full[static_cast<std::size_t>(moments.offset(order) + t)] *= scale_moment(a[1], order / 2);
  CumulantEstimator(moments, Vector::Zero(3)).connected<Real>(full, connected);
  return connected;
}

/// Central differences d^n/dx^n, n = 0 … 3, over 9 points `step` apart: wrong by step^8 times a derivative of order 8 + n, or
/// step^6 for n = 3, and by 1e-19/step^n of rounding.
constexpr Real step = 0.01L;
std::vector<Real> central_weights(int n) {
  switch (n) {
    case 0:
      return {0, 0, 0, 0, 1, 0, 0, 0, 0};
    case 1:
      return {1.0L / 280, -4.0L / 105, 0.2L, -0.8L, 0, 0.8L, -0.2L, 4.0L / 105, -1.0L / 280};
    case 2:
      return {-1.0L / 560, 8.0L / 315, -0.2L, 1.6L, -205.0L / 72, 1.6L, -0.2L, 8.0L / 315, -1.0L / 560};
    default:
      return {-7.0L / 240, 0.3L, -169.0L / 120, 61.0L / 30, 0, -61.0L / 30, 169.0L / 120, -0.3L, 7.0L / 240};
  }
}

/// ∂^index G_c at strengths a.
std::vector<Real> exact_derivative(const Strengths& a, const MultiIndex& index) {
  std::vector<Real> sum(static_cast<std::size_t>(moments.size()));
  const std::vector<Real> w[3] = {central_weights(index[0]), central_weights(index[1]), central_weights(index[2])};
  for (std::size_t i = 0; i < 9; ++i)
    for (std::size_t j = 0; j < 9; ++j)
      for (std::size_t k = 0; k < 9; ++k) {
        Real weight = w[0][i] * w[1][j] * w[2][k];
        if (weight == 0.0L) continue;
        for (const int power : index)
          for (int n = 0; n < power; ++n) weight /= step;
        const auto at = [](Real x, std::size_t node) { return x + (static_cast<Real>(node) - 4.0L) * step; };
        const std::vector<Real> g = exact({at(a[0], i), at(a[1], j), at(a[2], k)});
        for (std::size_t t = 0; t < g.size(); ++t) sum[t] += weight * g[t];
      }
  return sum;
}

/// Means of the columns that a sampler of the population adds up.
std::vector<double> score_means(const SumLayout& layout, const std::vector<std::size_t>& potential_of_parameter,
                                const Vector& reference, const std::array<double, 2>& v0) {
  std::vector<double> means(static_cast<std::size_t>(layout.size()), 0.0);
  const std::vector<Member> members = population();
  for (const Member& member : members) {
    const std::vector<double> row = monomials(member, reference);
    const double share = 1.0 / static_cast<double>(members.size());
    for (std::size_t t = 0; t < row.size(); ++t) means[t] += share * row[t];
    for (int k = 0; k < layout.scores(); ++k) {
      const MultiIndex& index = layout.derivatives().basis().index(layout.derivatives().summed()[static_cast<std::size_t>(k)]);
      double factor = share;
      for (std::size_t p = 0; p < potential_of_parameter.size(); ++p)
        for (int n = 0; n < index[p]; ++n) factor *= member.v[potential_of_parameter[p]] - v0[potential_of_parameter[p]];
      means[static_cast<std::size_t>(layout.score_offset() + k)] += factor;
      for (std::size_t t = 0; t < row.size(); ++t)
        means[static_cast<std::size_t>(layout.derivative_offset(k)) + t] += factor * row[t];
    }
  }
  return means;
}

struct Evaluated {
  std::vector<double> connected, full, derivatives;
};

Evaluated evaluate(const SumLayout& layout, const Vector& reference, std::optional<SharedScale> scale,
                   const std::vector<double>& means) {
  const auto row = static_cast<std::size_t>(layout.moments().size());
  Evaluated found{std::vector<double>(row), std::vector<double>(row),
                  std::vector<double>(row * static_cast<std::size_t>(layout.derivatives().size()))};
  ConnectedSeries(layout, reference, scale).evaluate(means, {found.connected, found.full, found.derivatives});
  return found;
}

const Vector no_kernel = Vector::Zero(3);
const Vector some_kernel = (Vector(3) << 1.1, 0.4, 0.8).finished();

// The textbook: κ(m; V) and so on with all means taken out.
TEST(ConnectedSeries, ScoresAreJointCumulants) {
  const SumLayout layout(MomentLayout(2, {2}), 0, DerivativeLayout(DerivativeMethod::score, SeriesBasis(2, 3), {true, true}));
  const std::vector<Member> members = population();
  const double share = 1.0 / static_cast<double>(members.size());
  double m = 0.0, v = 0.0, u = 0.0;
  for (const Member& member : members) {
    m += share * member.k[1];
    v += share * member.v[0];
    u += share * member.v[1];
  }
  double mv = 0.0, mvv = 0.0, mvu = 0.0, mvvv = 0.0, vv = 0.0, raw = 0.0;
  for (const Member& member : members) {
    const double dm = member.k[1] - m, dv = member.v[0] - v, du = member.v[1] - u;
    mv += share * dm * dv;
    mvv += share * dm * dv * dv;
    mvu += share * dm * dv * du;
    mvvv += share * dm * dv * dv * dv;
    vv += share * dv * dv;
    raw += share * member.k[1] * member.v[0];
  }
  std::vector<double> means = score_means(SumLayout(moments, 0, layout.derivatives()), {0, 1}, some_kernel, {0.6, -0.2});
  // Only the pairs.
  std::vector<double> pairs(static_cast<std::size_t>(layout.size()));
  const SumLayout all(moments, 0, layout.derivatives());
  std::copy_n(means.begin(), 3, pairs.begin());
  for (int k = 0; k < layout.scores(); ++k) {
    std::copy_n(means.begin() + all.derivative_offset(k), 3, pairs.begin() + layout.derivative_offset(k));
    pairs[static_cast<std::size_t>(layout.score_offset() + k)] = means[static_cast<std::size_t>(all.score_offset() + k)];
  }
  const Evaluated found = evaluate(layout, some_kernel, std::nullopt, pairs);
  const SeriesBasis& basis = layout.derivatives().basis();
  const auto derivative = [&](const MultiIndex& index) {
    return found.derivatives[static_cast<std::size_t>(3 * (basis.position(index) - 1) + 1)];
  };
  EXPECT_NEAR(found.connected[1], m, 1e-15);
  EXPECT_NEAR(derivative({1, 0, 0}), -mv, 1e-15);
  EXPECT_NEAR(derivative({2, 0, 0}), mvv, 1e-15);
  EXPECT_NEAR(derivative({1, 1, 0}), mvu, 1e-15);
  EXPECT_NEAR(derivative({3, 0, 0}), -(mvvv - 3.0 * mv * vv), 1e-15);
  EXPECT_GT(std::abs(derivative({1, 0, 0}) + raw), 1e-3);   // not the moment
  EXPECT_GT(std::abs(derivative({3, 0, 0}) + mvvv), 1e-3);  // nor the central one
}

// Two potentials with a shared scale between them, all derivatives to third order, of correlators up to the sixth. Terms of G_c
// and its derivatives stay below 10³, whatever cancels among them.
TEST(ConnectedSeries, DerivativesAreThoseOfTheReweightedPopulation) {
  const SeriesBasis basis(3, 3);
  const SumLayout layout(moments, 2, DerivativeLayout(DerivativeMethod::score, basis, {true, false, true}));
  EXPECT_EQ(layout.scores(), 9);
  for (const double alpha : {0.0, 0.3}) {
    const std::vector<double> means = score_means(layout, {0, 0, 1}, some_kernel, {0.6, -0.2});
    const Evaluated found = evaluate(layout, some_kernel, SharedScale{alpha, 1}, means);
    const std::vector<Real> at = exact({0.0L, alpha, 0.0L}), elsewhere = exact({0.01L, alpha, 0.0L});
    double moved = 0.0;
    for (std::size_t t = 0; t < at.size(); ++t) {
      EXPECT_NEAR(found.connected[t], static_cast<double>(at[t]), 1e-12);
      moved = std::max(moved, static_cast<double>(std::abs(elsewhere[t] - at[t])));
    }
    EXPECT_GT(moved, 1e-3);
    for (int k = 1; k < basis.size(); ++k) {
      const std::vector<Real> derivative = exact_derivative({0.0L, alpha, 0.0L}, basis.index(k));
      double size = 0.0;
      for (std::size_t t = 0; t < at.size(); ++t) {
        const double value = found.derivatives[static_cast<std::size_t>(k - 1) * at.size() + t];
        EXPECT_NEAR(value, static_cast<double>(derivative[t]), 1e-10) << layout.derivatives().name(k) << " entry " << t;
        size = std::max(size, std::abs(value));
      }
      // A wrong sign would show. G6c is a parabola in the strength of the scale.
      if (basis.index(k) == MultiIndex{0, 3, 0}) {
        EXPECT_EQ(size, 0.0);
      } else {
        EXPECT_GT(size, 1e-3) << layout.derivatives().name(k);
      }
    }
  }
}

TEST(ConnectedSeries, DoNotDependOnWhatIsTakenOut) {
  const SumLayout layout(moments, 0, DerivativeLayout(DerivativeMethod::score, SeriesBasis(3, 3), {true, false, true}));
  const std::optional<SharedScale> scales[] = {std::nullopt, SharedScale{0.2, 1}};
  for (const std::optional<SharedScale>& scale : scales) {
    const Evaluated plain = evaluate(layout, no_kernel, scale, score_means(layout, {0, 0, 1}, no_kernel, {0.0, 0.0}));
    const Evaluated centred = evaluate(layout, some_kernel, scale, score_means(layout, {0, 0, 1}, some_kernel, {0.8, -0.4}));
    const auto expect_near = [](const std::vector<double>& a, const std::vector<double>& b) {
      for (std::size_t t = 0; t < a.size(); ++t) EXPECT_NEAR(a[t], b[t], 1e-11);
    };
    expect_near(plain.connected, centred.connected);
    expect_near(plain.full, centred.full);
    expect_near(plain.derivatives, centred.derivatives);
    // K₀ must be that of the monomials.
    const Evaluated wrong = evaluate(layout, no_kernel, scale, score_means(layout, {0, 0, 1}, some_kernel, {0.8, -0.4}));
    EXPECT_GT(std::abs(wrong.connected[0] - plain.connected[0]), 0.1);
  }
}

// G4c = (1 + α)G4c + αΣ₃KK and G6c = (1 + α)(1 + 2α)G6c + 2α(1 + α)Σ₁₅G4c K + 2α²Σ₁₅KKK, without the scale on the right, at
// coincident points.
TEST(ConnectedSeries, SharedScaleHasItsClosedForm) {
  const SumLayout layout(moments, 0);
  const std::vector<double> means = score_means(layout, {}, some_kernel, {});
  const Evaluated free = evaluate(layout, some_kernel, std::nullopt, means);
  const auto k = free.connected[0], g4 = free.connected[3], g6 = free.connected[8];
  for (const double alpha : {0.0, 0.05, 0.7}) {
    const Evaluated scaled = evaluate(layout, some_kernel, SharedScale{alpha, 0}, means);
    EXPECT_NEAR(scaled.connected[0], k, 1e-14);
    EXPECT_NEAR(scaled.connected[3], (1 + alpha) * g4 + 3 * alpha * k * k, 1e-13);
    EXPECT_NEAR(scaled.connected[8],
                (1 + alpha) * (1 + 2 * alpha) * g6 + 30 * alpha * (1 + alpha) * g4 * k + 30 * alpha * alpha * k * k * k, 1e-12);
    EXPECT_NEAR(scaled.full[3], (1 + alpha) * free.full[3], 1e-13);
    EXPECT_NEAR(scaled.full[8], (1 + alpha) * (1 + 2 * alpha) * free.full[8], 1e-12);
  }
}

// At strength 0 no digit is lost, however small G_c is beside G.
TEST(ConnectedSeries, ScaleOfStrengthZeroChangesNoBit) {
  const SumLayout layout(moments, 0);
  const std::vector<double> means = score_means(layout, {}, some_kernel, {});
  const Evaluated free = evaluate(layout, some_kernel, std::nullopt, means);
  const Evaluated scaled = evaluate(layout, some_kernel, SharedScale{0.0, 0}, means);
  EXPECT_EQ(scaled.connected, free.connected);
  EXPECT_EQ(scaled.full, free.full);
}

// Derivatives of moments by differences are taken as they are; here exact ones, from the same population.
TEST(ConnectedSeries, DifferencesAreDerivativesOfMoments) {
  const SeriesBasis basis(2, 2);
  const SumLayout layout(moments, 0, DerivativeLayout(DerivativeMethod::differences, basis, {true, false}));
  ASSERT_EQ(layout.summed_derivatives(), 2);
  ASSERT_EQ(layout.scores(), 0);
  std::vector<double> means(static_cast<std::size_t>(layout.size()), 0.0);
  // Moments of δK at reweighting a, whose derivatives are taken with K₀ kept.
  const auto moments_at = [&](Real a) {
    std::vector<Real> row(static_cast<std::size_t>(moments.size()));
    Real norm = 0.0L;
    for (const Member& member : population()) {
      const Real weight = std::exp(-a * member.v[0]);
      norm += weight;
      const std::vector<double> m = monomials(member, some_kernel);
      for (std::size_t t = 0; t < row.size(); ++t) row[t] += weight * m[t];
    }
    for (Real& entry : row) entry /= norm;
    return row;
  };
  for (std::size_t node = 0; node < 9; ++node) {
    const std::vector<Real> row = moments_at((static_cast<Real>(node) - 4.0L) * step);
    for (int n = 0; n <= 2; ++n)
      for (std::size_t t = 0; t < row.size(); ++t) {
        const auto column = n == 0 ? t : static_cast<std::size_t>(layout.derivative_offset(n - 1)) + t;
        means[column] += static_cast<double>(central_weights(n)[node] * row[t] / (n == 0 ? 1.0L : n == 1 ? step : step * step));
      }
  }
  const Evaluated found = evaluate(layout, some_kernel, SharedScale{0.3, 1}, means);
  for (int k = 1; k < basis.size(); ++k) {
    const std::vector<Real> derivative = exact_derivative({0.0L, 0.3L, 0.0L}, basis.index(k));
    for (std::size_t t = 0; t < derivative.size(); ++t)
      EXPECT_NEAR(found.derivatives[static_cast<std::size_t>(k - 1) * derivative.size() + t], static_cast<double>(derivative[t]),
                  1e-9)
          << layout.derivatives().name(k);
  }
}

TEST(ConnectedSeries, RefusesAReferenceThatDoesNotFit) {
  EXPECT_THROW(ConnectedSeries(SumLayout(moments, 0), Vector::Zero(2), std::nullopt), ShapeError);
}

}  // namespace
}  // namespace nnft::connected_series_test
