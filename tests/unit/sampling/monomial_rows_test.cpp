#include "nnft/sampling/monomial_rows.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <vector>

#include "nnft/core/error.hpp"
#include "nnft/random/variates.hpp"
#include "support/every_path.hpp"

namespace nnft::monomial_rows_test {
namespace {

constexpr int sites = 3;

double field(int site, int sample) { return std::sin(1.0 + 2.3 * site + 0.7 * sample); }
double pair_value(EstimatorKind estimator, int p, int q, int sample) {
  return estimator == EstimatorKind::plain ? field(p, sample) * field(q, sample)
                                           : std::cos(0.4 + 1.1 * (p + q) + 3.0 * p * q + 0.9 * sample);
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

double monomial(EstimatorKind estimator, const std::vector<int>& tuple, int sample) {
  if (estimator == EstimatorKind::conditional)
    return wick_sum(tuple, [&](int p, int q) { return pair_value(estimator, std::min(p, q), std::max(p, q), sample); });
  double product = 1.0;
  for (const int site : tuple) product *= field(site, sample);
  return product;
}

double sample_weight(int sample) { return std::sin(2.0 + 0.31 * sample); }

using MonomialRowsOn = test::EveryPath;

/// Rows of all samples below `count`, the others of the padded ones being what must be blanked.
void fill(MonomialRows& rows, EstimatorKind estimator, int padded) {
  for (int p = 0, pair = 0; p < sites; ++p)
    for (int q = p; q < sites; ++q, ++pair)
      for (int s = 0; s < padded; ++s) rows.pair_row(pair)[s] = pair_value(estimator, p, q, s);
}

TEST_P(MonomialRowsOn, MomentsAreSumsOfMonomialsOneByOne) {
  for (const EstimatorKind estimator : {EstimatorKind::plain, EstimatorKind::conditional})
    for (const std::vector<int>& orders : {std::vector<int>{2}, {2, 4}, {2, 4, 6}, {2, 4, 6, 8}}) {
      const SumLayout layout(MomentLayout(sites, orders), 0,
                             DerivativeLayout(DerivativeMethod::score, SeriesBasis(1, 1), {true}));
      const MomentLayout& moments = layout.moments();
      MonomialRows rows(layout, estimator, GetParam());
      ASSERT_EQ(rows.chunk(), MonomialRows::chunk_of(layout));
      for (const int count : {1, 16, 37}) {
        const int padded = (count + batch_samples - 1) / batch_samples * batch_samples;
        fill(rows, estimator, padded);
        rows.blank(count, padded);
        rows.multiply(padded);
        std::vector<double> weights(static_cast<std::size_t>(padded), 0.0);
        for (int s = 0; s < count; ++s) weights[static_cast<std::size_t>(s)] = sample_weight(s);
        std::vector<double> products(rows.products(), 0.0), weighted(rows.products(), 0.0);
        rows.add(padded, products.data());
        rows.add_weighted(padded, weights.data(), weighted.data());
        std::vector<double> sums(static_cast<std::size_t>(moments.size()), 0.25), weighted_sums = sums;
        rows.add_moments(products.data(), 2.0, sums);
        rows.add_moments(weighted.data(), 1.0, weighted_sums);
        for (const int order : orders)
          for (int t = 0; t < moments.index(order).size(); ++t) {
            const int* tuple = moments.index(order).tuple(t);
            double sum = 0.0, weighted_sum = 0.0;
            for (int s = 0; s < count; ++s) {
              const double value = monomial(estimator, {tuple, tuple + order}, s);
              sum += value;
              weighted_sum += sample_weight(s) * value;
            }
            // At most 105 terms below 1 of each sample.
            const double tolerance = 1e-15 * 105 * count;
            const auto place = static_cast<std::size_t>(moments.offset(order) + t);
            EXPECT_NEAR(sums[place], 0.25 + 2.0 * sum, 2.0 * tolerance) << to_string(estimator) << " order " << order;
            EXPECT_NEAR(weighted_sums[place], 0.25 + weighted_sum, tolerance) << to_string(estimator) << " order " << order;
          }
      }
    }
}

TEST_P(MonomialRowsOn, ProductsGoOnWhereTheyStopped) {
  const SumLayout layout(MomentLayout(sites, {2, 4, 6}), 0);
  MonomialRows rows(layout, EstimatorKind::conditional, GetParam());
  fill(rows, EstimatorKind::conditional, 32);
  rows.multiply(32);
  std::vector<double> once(rows.products(), 0.0);
  rows.add(32, once.data());
  std::vector<double> twice = once;
  rows.add(32, twice.data());
  for (std::size_t k = 0; k < once.size(); ++k) EXPECT_EQ(twice[k], 2.0 * once[k]);
}

INSTANTIATE_TEST_SUITE_P(Paths, MonomialRowsOn, test::every_path(), test::path_name);

TEST(MonomialRows, EstimatesItsMemory) {
  for (const EstimatorKind estimator : {EstimatorKind::plain, EstimatorKind::conditional})
    for (const int many : {3, 8, 12}) {
      const SumLayout layout(MomentLayout(many, {2, 4, 6}), 0);
      const double bytes = 8.0 * static_cast<double>(MonomialRows(layout, estimator, SimdPath::generic).products());
      EXPECT_LT(bytes, 1.5 * MonomialRows::product_bytes(layout, estimator)) << many << to_string(estimator);
      EXPECT_GT(bytes, 0.2 * MonomialRows::product_bytes(layout, estimator)) << many << to_string(estimator);
    }
}

TEST(MonomialRows, RefusesOrdersAboveTheEighth) {
  EXPECT_THROW(MonomialRows(SumLayout(MomentLayout(1, {2, 4, 6, 8, 10}), 0), EstimatorKind::plain, SimdPath::generic),
               ShapeError);
}

}  // namespace
}  // namespace nnft::monomial_rows_test
