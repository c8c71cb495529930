#include "nnft/sampling/moment_sampler.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include "nnft/core/error.hpp"
#include "nnft/field/architectures/cos.hpp"
#include "support/cos_ensemble.hpp"
#include "support/sizes.hpp"

namespace nnft::moment_sampler_test {
namespace {

RowMatrix line_of_sites(int sites) {
  RowMatrix x(sites, 1);
  for (int p = 0; p < sites; ++p) x(p, 0) = 0.4 * p - 0.5;
  return x;
}

std::unique_ptr<FieldEnsemble> ensemble_of(int sites, SimdPath path) { return test::cos_ensemble(line_of_sites(sites), 5, path); }

/// Σ over the pairings of the legs of Π k(leg, leg).
double wick_sum(std::vector<int> legs, const std::function<double(int, int)>& k) {
  if (legs.empty()) return 1.0;
  double sum = 0.0;
  for (std::size_t partner = 1; partner < legs.size(); ++partner) {
    std::vector<int> rest;
    for (std::size_t leg = 1; leg < legs.size(); ++leg)
      if (leg != partner) rest.push_back(legs[leg]);
    sum += k(legs[0], legs[partner]) * wick_sum(rest, k);
  }
  return sum;
}

/// One row of sums, one sample and one tuple at a time.
Vector one_by_one(FieldEnsemble& ensemble, const Measurement& measurement, const Vector& reference, int count) {
  const SumLayout& layout = measurement.layout;
  const MomentLayout& moments = layout.moments();
  const PackedIndex& pairs = moments.index(2);
  const bool plain = measurement.estimator == EstimatorKind::plain;
  Vector sums = Vector::Zero(layout.size());
  std::vector<double> phi(static_cast<std::size_t>(layout.sites() * batch_samples)),
      products(static_cast<std::size_t>(pairs.size() * batch_samples));
  for (int s = 0; s < count; ++s) {
    ensemble.fields(77 + static_cast<std::uint64_t>(s), phi.data());
    ensemble.feature_products(77 + static_cast<std::uint64_t>(s), products.data());
    const auto field = [&](int p) { return phi[static_cast<std::size_t>(p * batch_samples)]; };
    const auto kernel = [&](int p, int q) {
      return products[static_cast<std::size_t>(pairs.position({p, q}) * batch_samples)] * ensemble.kernel_scale() +
             ensemble.kernel_offset();
    };
    const auto deviation = [&](int p, int q) { return kernel(p, q) - reference[pairs.position({p, q})]; };
    for (const int order : moments.orders())
      for (int t = 0; t < moments.index(order).size(); ++t) {
        const int* tuple = moments.index(order).tuple(t);
        double product = 1.0;
        for (int leg = 0; leg < order; ++leg) product *= field(tuple[leg]);
        sums[moments.offset(order) + t] += plain ? product : wick_sum({tuple, tuple + order}, deviation);
      }
    for (int j = 0; j < layout.sources(); ++j) {
      double exponent = 0.0;
      for (int p = 0; p < layout.sites(); ++p) {
        if (plain) exponent += measurement.sources(j, p) * field(p);
        for (int q = 0; q < layout.sites() && !plain; ++q)
          exponent += 0.5 * measurement.sources(j, p) * measurement.sources(j, q) * deviation(p, q);
      }
      sums[layout.source_offset() + j] += plain ? std::cosh(exponent) : std::exp(exponent);
    }
    for (int p = 0; p < layout.sites(); ++p) {
      const double x = plain ? field(p) * field(p) : kernel(p, p);
      for (int power = 1; power <= layout.powers(); ++power) sums[layout.power_offset(power) + p] += std::pow(x, power);
      sums[layout.maxima_offset() + p] = std::max(sums[layout.maxima_offset() + p], x);
    }
  }
  return sums;
}

class EveryPath : public testing::TestWithParam<SimdPath> {
 protected:
  void SetUp() override {
    if (GetParam() > widest_simd_path()) GTEST_SKIP() << "this processor has no " << to_string(GetParam());
  }

  /// The sampler's sums are those of one_by_one.
  void expect_same(const MomentLayout& moments, int count) const {
    const int sites = moments.sites();
    RowMatrix sources(2, sites);
    sources.row(0).setLinSpaced(0.5, -0.3);
    sources.row(1).setConstant(0.2);
    for (const EstimatorKind estimator : {EstimatorKind::plain, EstimatorKind::conditional}) {
      const Measurement measurement{estimator, SumLayout(moments, 2), sources};
      const int pairs = moments.index(2).size();
      const Vector reference =
          estimator == EstimatorKind::plain ? Vector(Vector::Zero(pairs)) : Vector(Vector::LinSpaced(pairs, 0.2, 0.5));
      const std::unique_ptr<FieldEnsemble> reader = ensemble_of(sites, GetParam());
      const Vector expected = one_by_one(*reader, measurement, reference, count);
      Vector sums = Vector::Zero(measurement.layout.size());
      MomentSampler(ensemble_of(sites, GetParam()), measurement, reference, GetParam())
          .add_slice(77, count, {sums.data(), static_cast<std::size_t>(sums.size())});
      // Fields stay below 4, so that monomials of order 8 stay below 1e5.
      for (Eigen::Index k = 0; k < sums.size(); ++k)
        EXPECT_NEAR(sums[k], expected[k], 1e-12 * count * std::max(1.0, std::abs(expected[k]) / count))
            << to_string(estimator) << " column " << k << " of " << sites << " sites to order " << moments.orders().back();
    }
  }
};

// Slices shorter and longer than a batch and than the chunk of at most 256 samples that is held at a time.
TEST_P(EveryPath, SumsAreTheMonomialsOneByOne) {
  for (const int count : {1, 16, 100, 300}) {
    if (test::small_sizes() && count > 16) break;
    for (const int sites : {1, 2, 3, 5, 7}) expect_same(MomentLayout(sites, {2, 4}), count);
    for (const int sites : {1, 2, 4}) expect_same(MomentLayout(sites, {2, 4, 6}), count);
    for (const int sites : {1, 3}) expect_same(MomentLayout(sites, {2, 4, 6, 8}), count);
    expect_same(MomentLayout(3, {2}), count);
  }
}

TEST_P(EveryPath, DiagonalAndListedTuplesToo) {
  expect_same(MomentLayout(5, {2, 4, 6, 8}, TupleChoice::diagonal, {}), 70);
  expect_same(MomentLayout(6, {2, 4}, TupleChoice::listed, {{0, 5, 1, 2}, {3, 3, 4, 4}, {0, 0, 0, 0}}), 70);
  expect_same(MomentLayout(6, {2, 4, 6}, TupleChoice::listed, {{0, 5, 1, 2, 2, 2}, {3, 3, 4, 4}}), 70);
}

INSTANTIATE_TEST_SUITE_P(Paths, EveryPath, testing::Values(SimdPath::generic, SimdPath::avx2, SimdPath::avx512),
                         [](const auto& path) { return std::string(to_string(path.param)); });

TEST(MomentSampler, FusedPathsAgreeToTheLastBit) {
  if (widest_simd_path() < SimdPath::avx512) GTEST_SKIP() << "this processor has no avx512";
  const MomentLayout moments(4, {2, 4, 6, 8});
  for (const EstimatorKind estimator : {EstimatorKind::plain, EstimatorKind::conditional}) {
    const Measurement measurement{estimator, SumLayout(moments, 1), RowMatrix::Constant(1, 4, 0.3)};
    std::vector<std::vector<double>> sums;
    for (const SimdPath path : {SimdPath::avx2, SimdPath::avx512}) {
      sums.emplace_back(static_cast<std::size_t>(measurement.layout.size()), 0.0);
      MomentSampler(ensemble_of(4, path), measurement, Vector::Zero(10), path).add_slice(77, 300, sums.back());
    }
    EXPECT_EQ(sums[0], sums[1]) << to_string(estimator);
  }
}

TEST(PilotKernel, IsTheMeanOverTheReservedSamples) {
  const std::unique_ptr<FieldEnsemble> ensemble = ensemble_of(2, widest_simd_path());
  const Vector pilot = pilot_means(*ensemble).kernels.row(0).transpose();
  std::vector<double> k(3 * batch_samples);
  Vector mean = Vector::Zero(3);
  for (int s = 0; s < pilot_samples; ++s) {
    ensemble->feature_products(first_pilot_sample + static_cast<std::uint64_t>(s), k.data());
    for (Eigen::Index pair = 0; pair < 3; ++pair)
      mean[pair] += k[static_cast<std::size_t>(pair) * batch_samples] * ensemble->kernel_scale() / pilot_samples;
  }
  EXPECT_LT((pilot - mean - Vector::Constant(3, ensemble->kernel_offset())).cwiseAbs().maxCoeff(), 1e-14);
}

TEST(MomentSampler, RefusesWhatDoesNotFit) {
  const SimdPath path = SimdPath::generic;
  const auto measure = [](int sites, std::vector<int> orders, const RowMatrix& sources) {
    return Measurement{EstimatorKind::plain, SumLayout(MomentLayout(sites, std::move(orders)), static_cast<int>(sources.rows())),
                       sources};
  };
  EXPECT_THROW(MomentSampler(ensemble_of(2, path), measure(3, {2, 4}, {}), Vector::Zero(6), path), ShapeError);
  EXPECT_THROW(MomentSampler(ensemble_of(2, path), measure(2, {2, 4}, {}), Vector::Zero(2), path), ShapeError);
  EXPECT_THROW(MomentSampler(ensemble_of(2, path), measure(2, {2, 4}, RowMatrix::Zero(1, 3)), Vector::Zero(3), path), ShapeError);
  EXPECT_THROW(MomentSampler(ensemble_of(1, path), measure(1, {2, 4, 6, 8, 10}, {}), Vector::Zero(1), path), ShapeError);
}

}  // namespace
}  // namespace nnft::moment_sampler_test
