#include "nnft/sampling/histogram_counter.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <numbers>
#include <vector>

#include "nnft/core/error.hpp"
#include "nnft/field/architectures/cos.hpp"
#include "nnft/field/gaussian_process.hpp"
#include "nnft/field/network_ensemble.hpp"
#include "nnft/sampling/moment_sampler.hpp"
#include "support/every_path.hpp"
#include "support/reference_draws.hpp"

namespace nnft::histogram_counter_test {
namespace {

constexpr std::uint64_t first_sample = 77;

TEST(DrawField, HasTheGivenCovariance) {
  const PairCovariance covariance{1.7, -0.6, 0.9};
  const FieldPair first = draw_field(covariance, 1.0, 0.0), second = draw_field(covariance, 0.0, 1.0);
  EXPECT_NEAR(first.first * first.first + second.first * second.first, 1.7, 1e-15);
  EXPECT_NEAR(first.first * first.second + second.first * second.second, -0.6, 1e-15);
  EXPECT_NEAR(first.second * first.second + second.second * second.second, 0.9, 1e-15);
}

TEST(DrawField, SurvivesSingularCovariances) {
  // One neuron: K = hhᵀ; rounding puts K₂₂ − K₁₂²/K₁₁ on either side of 0.
  for (int k = 1; k < 1000; ++k) {
    const double h = 0.001 * k, g = 0.7 - 0.0013 * k;
    const FieldPair field = draw_field({h * h, h * g, g * g}, 1.3, -0.8);
    EXPECT_NEAR(field.first, 1.3 * h, 1e-15);
    EXPECT_NEAR(field.second, 1.3 * g, 0.8 * 1e-7);
  }
  const FieldPair vanishing = draw_field({0.0, 0.0, 4.0}, 1.0, 0.5);
  EXPECT_EQ(vanishing.first, 0.0);
  EXPECT_EQ(vanishing.second, 1.0);
  const FieldPair nothing = draw_field({0.0, 0.0, 0.0}, 1.0, 0.5);
  EXPECT_EQ(nothing.first, 0.0);
  EXPECT_EQ(nothing.second, 0.0);
}

TEST(DrawField, KeepsWhatIsNoNumber) {
  const double nan = std::nan("");
  EXPECT_TRUE(std::isnan(draw_field({nan, nan, 1.0}, 1.0, 1.0).first));
  EXPECT_TRUE(std::isnan(draw_field({1.0, 0.0, nan}, 1.0, 1.0).second));
}

class HistogramCounts : public test::EveryPath {
 protected:
  static RowMatrix sites() {
    RowMatrix x(3, 1);
    x << -0.5, -0.1, 0.8;
    return x;
  }
  static Stream stream() { return Stream(8, 5); }
  static std::unique_ptr<FieldEnsemble> networks(const WeightDeformations& deformations = {}) {
    return std::make_unique<NetworkEnsemble>(CosNet(1.2), SiteSet(sites()), stream(), OutputLayer{0.9, 0.4, {}}, GetParam(),
                                             deformations);
  }
  static SumLayout layout() {
    return SumLayout(MomentLayout(3, {2, 4}), 0).with_histograms({{1.0, 6}, {{2}, {2, 0}, {1}, {0, 1}}});
  }
  /// The histogram columns of a row.
  static std::vector<double> columns(std::span<const double> row) {
    const auto begin = row.begin() + layout().histogram_offset();
    return {begin, begin + layout().histograms().size()};
  }
  static std::vector<double> counted(std::unique_ptr<FieldEnsemble> ensemble, EstimatorKind estimator, int count,
                                     const Stream& draws = stream()) {
    std::vector<double> row(static_cast<std::size_t>(layout().size()), 0.0);
    MomentSampler(std::move(ensemble), {estimator, layout(), {}, {}, draws}, Vector::Zero(6), GetParam())
        .add_slice(first_sample, count, row);
    return columns(row);
  }
  /// One sample at a time: field(entry, sample) is φ at the sites of an entry.
  template <class Field>
  static std::vector<double> one_by_one(int count, Field field) {
    const HistogramLayout histograms = layout().histograms();
    std::vector<double> expected(static_cast<std::size_t>(histograms.size()), 0.0);
    for (int s = 0; s < count; ++s)
      for (int entry = 0; entry < histograms.entries(); ++entry) {
        const FieldPair phi = field(entry, first_sample + static_cast<std::uint64_t>(s));
        const int column = histograms.column(entry, phi.first, phi.second);
        if (column >= 0) expected[static_cast<std::size_t>(column)] += 1.0;
      }
    return expected;
  }
};

// Slices shorter and longer than a batch and than a chunk: padding is not counted.
TEST_P(HistogramCounts, OfThePlainEstimatorAreThoseOfTheFields) {
  for (const int count : {1, 16, 37, 300}) {
    const std::unique_ptr<FieldEnsemble> reader = networks();
    std::vector<double> phi(3 * batch_samples);
    const auto field = [&](int entry, std::uint64_t sample) -> FieldPair {
      reader->fields(sample, phi.data());
      const std::vector<int> at = HistogramCounts::layout().histograms().sites(entry);
      return {phi[static_cast<std::size_t>(at.front() * batch_samples)],
              phi[static_cast<std::size_t>(at.back() * batch_samples)]};
    };
    const std::vector<double> expected = one_by_one(count, field);
    EXPECT_EQ(counted(networks(), EstimatorKind::plain, count), expected) << count;
    EXPECT_LT(Eigen::Map<const Vector>(expected.data(), 6).sum(), count + 1.0);
  }
}

TEST_P(HistogramCounts, OfTheConditionalEstimatorAreOfFieldsDrawnGivenTheirCovariance) {
  for (const int count : {1, 16, 37, 300}) {
    const std::unique_ptr<FieldEnsemble> reader = networks();
    const PackedIndex pairs = layout().moments().index(2);
    std::vector<double> products(6 * batch_samples);
    const auto field = [&](int entry, std::uint64_t sample) -> FieldPair {
      reader->feature_products(sample, products.data());
      const std::vector<int> at = HistogramCounts::layout().histograms().sites(entry);
      const auto kernel = [&](int i, int j) {
        const int pair[2] = {std::min(i, j), std::max(i, j)};
        return products[static_cast<std::size_t>(pairs.position(pair) * batch_samples)] * reader->kernel_scale() +
               reader->kernel_offset();
      };
      const auto variate = static_cast<std::uint32_t>(2 * entry);
      const double z = test::normal(stream(), Purpose::histogram, sample, variate),
                   y = test::normal(stream(), Purpose::histogram, sample, variate + 1);
      const double slope = kernel(at.front(), at.back()) / kernel(at.front(), at.front());
      const double rest = kernel(at.back(), at.back()) - slope * kernel(at.front(), at.back());
      const double first = std::sqrt(kernel(at.front(), at.front())) * z;
      return {first, slope * first + std::sqrt(std::max(rest, 0.0)) * y};
    };
    const std::vector<double> expected = one_by_one(count, field);
    EXPECT_EQ(counted(networks(), EstimatorKind::conditional, count), expected) << count;
    if (count == 300) {
      EXPECT_NE(counted(networks(), EstimatorKind::conditional, count, Stream(9, 5)), expected);
    }
  }
}

TEST_P(HistogramCounts, OfCopiesAreThoseOfEachAlone) {
  const std::vector<Deformation> strengths = {{DeformationKind::weight_quartic, 0.0}, {DeformationKind::weight_quartic, 9.0}};
  for (const EstimatorKind estimator : {EstimatorKind::plain, EstimatorKind::conditional}) {
    const auto row = static_cast<std::size_t>(layout().size());
    std::vector<double> rows(2 * row, 0.0);
    MomentSampler(networks({strengths, {}}), {estimator, layout(), {}, {}, stream()},
                  {{0, Vector::Zero(6), {}, {}}, {1, Vector::Zero(6), {}, {}}}, GetParam())
        .add_slice(first_sample, 300, rows);
    const std::span<const double> all(rows);
    EXPECT_EQ(columns(all.first(row)), counted(networks({{strengths[0]}, {}}), estimator, 300));
    EXPECT_EQ(columns(all.last(row)), counted(networks({{strengths[1]}, {}}), estimator, 300));
    EXPECT_NE(columns(all.first(row)), columns(all.last(row)));
  }
}

// The field of a process that is given its covariance is the process itself, a site where it vanishes included.
TEST_P(HistogramCounts, OfAProcessAreOfItsCovariance) {
  RowMatrix covariance = RowMatrix::Identity(3, 3);
  covariance(2, 2) = 0.0;
  const auto process = [&] { return std::make_unique<GaussianProcess>(covariance, Stream::process(3), GetParam()); };
  const std::vector<double> counts = counted(process(), EstimatorKind::conditional, 300, Stream::process(3));
  // φ = 0 is the lower edge of bin 3.
  for (int bin = 0; bin < 6; ++bin) EXPECT_EQ(counts[static_cast<std::size_t>(bin)], bin == 3 ? 300.0 : 0.0);
  double inside = 0.0;
  for (int bin = 0; bin < 6; ++bin) inside += counts[static_cast<std::size_t>(layout().histograms().offset(2) + bin)];
  // 68.3 % of 300, standard deviation 8.1.
  EXPECT_NEAR(inside, 204.8, 5 * 8.1);
}

TEST_P(HistogramCounts, ConditionalDensitiesAreThoseGivenTheVariancesOneByOne) {
  const SumLayout with_densities =
      SumLayout(MomentLayout(3, {2, 4}), 0).with_histograms({{1.0, 7}, {{2}, {2, 0}, {1}}, ConditionalDensity::measured});
  const HistogramLayout& histograms = with_densities.histograms();
  for (const int count : {1, 16, 37, 300}) {
    std::vector<double> row(static_cast<std::size_t>(with_densities.size()), 0.0);
    MomentSampler(networks(), {EstimatorKind::conditional, with_densities, {}, {}, stream()}, Vector::Zero(6), GetParam())
        .add_slice(first_sample, count, row);
    const std::unique_ptr<FieldEnsemble> reader = networks();
    std::vector<double> products(6 * batch_samples), expected(14, 0.0);
    for (int s = 0; s < count; ++s) {
      reader->feature_products(first_sample + static_cast<std::uint64_t>(s), products.data());
      for (std::size_t which = 0; which < 2; ++which) {
        const std::size_t pair = which == 0 ? 5 : 3;  // (2, 2), (1, 1)
        const double variance = products[pair * batch_samples] * reader->kernel_scale() + reader->kernel_offset();
        for (int bin = 0; bin < 7; ++bin)
          expected[7 * which + static_cast<std::size_t>(bin)] +=
              std::exp(-0.5 * std::pow(histograms.bins().centre(bin), 2) / variance) /
              std::sqrt(2.0 * std::numbers::pi * variance);
      }
    }
    for (std::size_t which = 0; which < 2; ++which)
      for (std::size_t bin = 0; bin < 7; ++bin) {
        const double want = expected[7 * which + bin];
        const auto column = static_cast<std::size_t>(histograms.density_offset(which == 0 ? 0 : 2)) + bin;
        EXPECT_NEAR(row[static_cast<std::size_t>(with_densities.histogram_offset()) + column], want, 1e-13 * want);
      }
  }
}

// Given the same variances, those of a process, every path has the same bits; a variance of 0 adds nothing.
TEST_P(HistogramCounts, ConditionalDensitiesHaveTheBitsOfEveryPath) {
  const SumLayout with_densities =
      SumLayout(MomentLayout(2, {2}), 0).with_histograms({{3.0, 9}, {{0}, {1}}, ConditionalDensity::measured});
  RowMatrix covariance = RowMatrix::Zero(2, 2);
  covariance(0, 0) = 0.7;
  const auto densities = [&](SimdPath path) {
    std::vector<double> row(static_cast<std::size_t>(with_densities.size()), 0.0);
    MomentSampler(std::make_unique<GaussianProcess>(covariance, Stream::process(3), path),
                  {EstimatorKind::conditional, with_densities, {}, {}, Stream::process(3)}, Vector::Zero(3), path)
        .add_slice(0, 100, row);
    const auto begin = row.begin() + with_densities.histogram_offset() + with_densities.histograms().density_offset(0);
    return std::vector<double>(begin, begin + 18);
  };
  const std::vector<double> found = densities(GetParam());
  EXPECT_EQ(found, densities(SimdPath::generic));
  EXPECT_NEAR(found[4], 100.0 / std::sqrt(2.0 * std::numbers::pi * 0.7), 1e-12);
  for (std::size_t bin = 0; bin < 9; ++bin) {
    EXPECT_GT(found[bin], 0.0);
    EXPECT_EQ(found[bin], found[8 - bin]);
    EXPECT_EQ(found[9 + bin], 0.0);
  }
}

INSTANTIATE_TEST_SUITE_P(Paths, HistogramCounts, test::every_path(), test::path_name);

TEST(HistogramCounter, NeedsAStreamToDrawWith) {
  const SumLayout layout = SumLayout(MomentLayout(1, {2}), 0).with_histograms({{1.0, 4}, {{0}}});
  const auto sampler = [&](EstimatorKind estimator) {
    MomentSampler(std::make_unique<GaussianProcess>(RowMatrix::Identity(1, 1), Stream::process(3), SimdPath::generic),
                  {estimator, layout, {}}, Vector::Zero(1), SimdPath::generic);
  };
  EXPECT_THROW(sampler(EstimatorKind::conditional), ShapeError);
  EXPECT_NO_THROW(sampler(EstimatorKind::plain));
}

}  // namespace
}  // namespace nnft::histogram_counter_test
