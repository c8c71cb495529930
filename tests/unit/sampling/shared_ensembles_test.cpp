/// @file Samplers of several ensembles that share their draws: sums, scores and differences.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

#include "nnft/core/error.hpp"
#include "nnft/field/architectures/cos.hpp"
#include "nnft/field/network_ensemble.hpp"
#include "nnft/sampling/moment_sampler.hpp"
#include "support/every_path.hpp"

namespace nnft::shared_ensembles_test {
namespace {

constexpr DeformationKind quartic = DeformationKind::weight_quartic, ring = DeformationKind::weight_ring;
constexpr std::uint64_t first_sample = 77;

std::unique_ptr<FieldEnsemble> ensemble_of(int sites, const WeightDeformations& deformations, SimdPath path) {
  RowMatrix x(sites, 1);
  for (int p = 0; p < sites; ++p) x(p, 0) = 0.4 * p - 0.5;
  return std::make_unique<NetworkEnsemble>(CosNet(1.2), SiteSet(x), Stream(8, 5), OutputLayer{0.9, 0.4, {}}, path, deformations);
}

Vector kernel_of(EstimatorKind estimator, int pairs, double shift) {
  return estimator == EstimatorKind::plain ? Vector(Vector::Zero(pairs)) : Vector(Vector::LinSpaced(pairs, 0.2 + shift, 0.5));
}

RowMatrix sources_of(int sites) {
  RowMatrix sources(1, sites);
  sources.row(0).setLinSpaced(0.5, -0.3);
  return sources;
}

/// The row of a sampler of one ensemble without derivatives.
std::vector<double> alone(EstimatorKind estimator, const MomentLayout& moments, const Deformation& deformation,
                          const Vector& reference, int count, SimdPath path) {
  const SumLayout layout(moments, 1);
  std::vector<double> sums(static_cast<std::size_t>(layout.size()), 0.0);
  MomentSampler(ensemble_of(moments.sites(), {{deformation}, {}}, path), {estimator, layout, sources_of(moments.sites())},
                reference, path)
      .add_slice(first_sample, count, sums);
  return sums;
}

/// The columns of a row with derivatives that a row without has.
std::vector<double> without_derivatives(const SumLayout& layout, std::span<const double> row) {
  std::vector<double> rest(row.begin(), row.begin() + layout.derivative_offset(0));
  rest.insert(rest.end(), row.begin() + layout.power_offset(1), row.end());
  return rest;
}

const std::vector<Deformation> strengths = {{quartic, 0.0}, {quartic, 5.0}, {ring, -0.3}, {ring, 0.2}, {ring, 0.45}};

using SharedEnsembles = test::EveryPath;

/// Slices shorter and longer than a batch and than a chunk of at most 256, of every order; three sites.
template <class Check>
void for_each_case(Check check) {
  for (const EstimatorKind estimator : {EstimatorKind::plain, EstimatorKind::conditional})
    for (const std::vector<int>& orders : {std::vector<int>{2}, {2, 4}, {2, 4, 6}})
      for (const int count : {1, 300}) check(estimator, MomentLayout(3, orders), count);
}

TEST_P(SharedEnsembles, SumsAreThoseOfEachAlone) {
  for_each_case([&](EstimatorKind estimator, const MomentLayout& moments, int count) {
    const SumLayout layout(moments, 1);
    std::vector<SharedEnsemble> ensembles;
    for (std::size_t e = 0; e < strengths.size(); ++e)
      ensembles.push_back({static_cast<int>(e), kernel_of(estimator, 6, 0.1 * static_cast<double>(e)), {}, {}});
    const auto row = static_cast<std::size_t>(layout.size());
    std::vector<double> sums(row * strengths.size(), 0.0);
    MomentSampler(ensemble_of(3, {strengths, {}}, GetParam()), {estimator, layout, sources_of(3)}, ensembles, GetParam())
        .add_slice(first_sample, count, sums);
    for (std::size_t e = 0; e < strengths.size(); ++e) {
      const std::vector<double> part(sums.begin() + static_cast<std::ptrdiff_t>(e * row),
                                     sums.begin() + static_cast<std::ptrdiff_t>((e + 1) * row));
      EXPECT_EQ(part, alone(estimator, moments, strengths[e], ensembles[e].reference_kernel, count, GetParam()))
          << "ensemble " << e;
      if (e > 0) {
        EXPECT_NE(part, alone(estimator, moments, strengths[0], ensembles[e].reference_kernel, count, GetParam()));
      }
    }
  });
}

/// Σ m Π(V − V₀)^k over the samples, m by a row of one sample each, and behind them Σ Π(V − V₀)^k; a row for each of `powers`.
std::vector<std::vector<double>> scores_one_by_one(EstimatorKind estimator, const MomentLayout& moments,
                                                   const Deformation& deformation, const SharedEnsemble& shared,
                                                   const std::vector<MultiIndex>& powers, int count, SimdPath path) {
  const std::unique_ptr<FieldEnsemble> ensemble = ensemble_of(moments.sites(), {{deformation}, {ring, quartic}}, path);
  const SumLayout layout(moments, 1);
  MomentSampler sampler(ensemble_of(moments.sites(), {{deformation}, {}}, path), {estimator, layout, sources_of(moments.sites())},
                        shared.reference_kernel, path);
  std::vector<double> products(static_cast<std::size_t>(ensemble->pairs() * batch_samples)), v(2 * batch_samples);
  const auto size = static_cast<std::size_t>(moments.size());
  std::vector<std::vector<double>> sums(powers.size(), std::vector<double>(size + 1, 0.0));
  for (int s = 0; s < count; ++s) {
    const std::uint64_t sample = first_sample + static_cast<std::uint64_t>(s);
    ensemble->feature_products(sample, products.data());
    ensemble->potential_values(v.data());
    std::vector<double> row(static_cast<std::size_t>(layout.size()), 0.0);
    sampler.add_slice(sample, 1, row);
    for (std::size_t k = 0; k < powers.size(); ++k) {
      double weight = 1.0;
      for (std::size_t p = 0; p < 2; ++p)
        weight *= std::pow(v[p * batch_samples] - shared.reference_potentials[static_cast<Eigen::Index>(p)], powers[k][p]);
      for (std::size_t t = 0; t < size; ++t) sums[k][t] += weight * row[t];
      sums[k].back() += weight;
    }
  }
  return sums;
}

TEST_P(SharedEnsembles, ScoresAreMonomialsTimesPowersOfThePotentials) {
  const DerivativeLayout derivatives(DerivativeMethod::score, SeriesBasis(2, 3), {true, true});
  std::vector<MultiIndex> powers;
  for (const int monomial : derivatives.summed()) powers.push_back(derivatives.basis().index(monomial));
  for_each_case([&](EstimatorKind estimator, const MomentLayout& moments, int count) {
    const SumLayout layout(moments, 1, derivatives);
    std::vector<SharedEnsemble> ensembles = {{2, kernel_of(estimator, 6, 0.0), (Vector(2) << -0.2, 1.5).finished(), {}},
                                             {1, kernel_of(estimator, 6, 0.1), (Vector(2) << 0.4, 0.9).finished(), {}}};
    const auto row = static_cast<std::size_t>(layout.size());
    std::vector<double> sums(2 * row, 0.0);
    MomentSampler(ensemble_of(3, {strengths, {ring, quartic}}, GetParam()), {estimator, layout, sources_of(3), powers}, ensembles,
                  GetParam())
        .add_slice(first_sample, count, sums);
    for (std::size_t e = 0; e < 2; ++e) {
      const std::span<const double> part(sums.data() + e * row, row);
      const Deformation& deformation = strengths[static_cast<std::size_t>(ensembles[e].copy)];
      EXPECT_EQ(without_derivatives(layout, part),
                alone(estimator, moments, deformation, ensembles[e].reference_kernel, count, GetParam()));
      const std::vector<std::vector<double>> all =
          scores_one_by_one(estimator, moments, deformation, ensembles[e], powers, count, GetParam());
      for (int k = 0; k < layout.scores(); ++k) {
        const std::vector<double>& expected = all[static_cast<std::size_t>(k)];
        // |V − V₀| stays below 20, monomials below 10³ (15 products of K < 2, or φ⁶ with φ < 3), sums of both signs.
        const double tolerance = 1e-16 * count * std::pow(20.0, 3) * 1e3;
        double size = 0.0;
        for (int t = 0; t < moments.size(); ++t) {
          const double value = part[static_cast<std::size_t>(layout.derivative_offset(k) + t)];
          EXPECT_NEAR(value, expected[static_cast<std::size_t>(t)], tolerance) << "derivative " << k << " moment " << t;
          size = std::max(size, std::abs(value));
        }
        EXPECT_GT(size, 1e3 * tolerance);
        EXPECT_NEAR(part[static_cast<std::size_t>(layout.score_offset() + k)], expected.back(), tolerance);
      }
    }
  });
}

TEST_P(SharedEnsembles, DifferencesAreWeightedMomentsOfNeighbours) {
  RowMatrix weights(2, 3);
  weights << 1.5, -2.25, 0.75, -40.0, 25.0, 15.0;
  for_each_case([&](EstimatorKind estimator, const MomentLayout& moments, int count) {
    const SumLayout layout(moments, 1, DerivativeLayout(DerivativeMethod::differences, SeriesBasis(1, 2), {true}));
    const std::vector<SharedEnsemble> ensembles = {{2, kernel_of(estimator, 6, 0.0), {}, weights},
                                                   {0, kernel_of(estimator, 6, 0.1), {}, 0.5 * weights}};
    const auto row = static_cast<std::size_t>(layout.size());
    std::vector<double> sums(2 * row, 0.0);
    MomentSampler(ensemble_of(3, {strengths, {}}, GetParam()), {estimator, layout, sources_of(3)}, ensembles, GetParam())
        .add_slice(first_sample, count, sums);
    for (std::size_t e = 0; e < 2; ++e) {
      const std::span<const double> part(sums.data() + e * row, row);
      std::vector<std::vector<double>> nodes;
      for (std::size_t k = 0; k < 3; ++k)
        nodes.push_back(alone(estimator, moments, strengths[static_cast<std::size_t>(ensembles[e].copy) + k],
                              ensembles[e].reference_kernel, count, GetParam()));
      EXPECT_EQ(without_derivatives(layout, part), nodes[0]);
      for (Eigen::Index k = 0; k < 2; ++k)
        for (std::size_t t = 0; t < static_cast<std::size_t>(moments.size()); ++t) {
          double expected = 0.0, size = 0.0;
          for (std::size_t n = 0; n < 3; ++n) {
            const double term = ensembles[e].differences(k, static_cast<Eigen::Index>(n)) * nodes[n][t];
            expected += term;
            size += std::abs(term);
          }
          EXPECT_NEAR(part[static_cast<std::size_t>(layout.derivative_offset(static_cast<int>(k))) + t], expected, 1e-15 * size);
        }
    }
  });
}

INSTANTIATE_TEST_SUITE_P(Paths, SharedEnsembles, test::every_path(), test::path_name);

TEST(MomentSampler, PilotMeansAreThoseOfEachCopyAlone) {
  const PilotMeans all = pilot_means(*ensemble_of(2, {strengths, {ring, quartic}}, SimdPath::generic));
  ASSERT_EQ(all.kernels.rows(), 5);
  ASSERT_EQ(all.potentials.cols(), 2);
  for (std::size_t c = 0; c < strengths.size(); ++c) {
    const PilotMeans one = pilot_means(*ensemble_of(2, {{strengths[c]}, {ring, quartic}}, SimdPath::generic));
    EXPECT_EQ(RowMatrix(all.kernels.row(static_cast<Eigen::Index>(c))), one.kernels);
    EXPECT_EQ(RowMatrix(all.potentials.row(static_cast<Eigen::Index>(c))), one.potentials);
  }
}

TEST(MomentSampler, RefusesDerivativesThatDoNotFit) {
  const SimdPath path = SimdPath::generic;
  const auto build = [&](DerivativeMethod method, int potentials, const std::vector<MultiIndex>& powers, SharedEnsemble shared) {
    const SumLayout layout(MomentLayout(2, {2, 4}), 0, DerivativeLayout(method, SeriesBasis(1, 2), {true}));
    WeightDeformations deformations{strengths, std::vector<DeformationKind>(static_cast<std::size_t>(potentials), quartic)};
    shared.reference_kernel = Vector::Zero(3);
    MomentSampler(ensemble_of(2, deformations, path), {EstimatorKind::conditional, layout, {}, powers}, {std::move(shared)},
                  path);
  };
  const std::vector<MultiIndex> squares = {{1, 0, 0}, {2, 0, 0}};
  const DerivativeMethod score = DerivativeMethod::score, differences = DerivativeMethod::differences;
  EXPECT_NO_THROW(build(score, 1, squares, {0, {}, Vector::Zero(1), {}}));
  EXPECT_THROW(build(score, 1, {{1, 0, 0}}, {0, {}, Vector::Zero(1), {}}), ShapeError);
  EXPECT_THROW(build(score, 1, squares, {0, {}, Vector::Zero(2), {}}), ShapeError);
  EXPECT_THROW(build(score, 0, squares, {0, {}, {}, {}}), ShapeError);
  EXPECT_THROW(build(score, 1, {{1, 0, 0}, {0, 2, 0}}, {0, {}, Vector::Zero(1), {}}), ShapeError);
  EXPECT_THROW(build(score, 1, squares, {5, {}, Vector::Zero(1), {}}), ShapeError);
  EXPECT_NO_THROW(build(differences, 0, {}, {0, {}, {}, RowMatrix::Zero(2, 5)}));
  EXPECT_THROW(build(differences, 0, {}, {0, {}, {}, {}}), ShapeError);
  EXPECT_THROW(build(differences, 0, {}, {0, {}, {}, RowMatrix::Zero(1, 5)}), ShapeError);
  EXPECT_THROW(build(differences, 0, {}, {1, {}, {}, RowMatrix::Zero(2, 5)}), ShapeError);
}

TEST(MomentSampler, RefusesSourcesOfOtherSitesBeforeItReadsThem) {
  const SumLayout layout(MomentLayout(2, {2, 4}), 1);
  EXPECT_THROW(MomentSampler(ensemble_of(2, {}, SimdPath::generic), {EstimatorKind::conditional, layout, RowMatrix::Zero(1, 1)},
                             Vector::Zero(3), SimdPath::generic),
               ShapeError);
}

}  // namespace
}  // namespace nnft::shared_ensembles_test
