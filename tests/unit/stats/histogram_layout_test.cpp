#include "nnft/stats/histogram_layout.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "nnft/core/error.hpp"
#include "nnft/stats/sum_layout.hpp"

namespace nnft::histogram_layout_test {
namespace {

TEST(FieldBins, HoldTheirLowerEdgeAndTheLastOneItsUpperEdgeToo) {
  const FieldBins bins{2.0, 8};  // edges are exact: multiples of 1/2
  EXPECT_EQ(bins.width(), 0.5);
  for (int bin = 0; bin < 8; ++bin) {
    const double edge = -2.0 + 0.5 * bin;
    EXPECT_EQ(bins.of(edge), bin);
    EXPECT_EQ(bins.of(edge - 1e-15), bin - 1);  // of the lowest edge: -1, none
    EXPECT_EQ(bins.of(bins.centre(bin)), bin);
    EXPECT_EQ(bins.centre(bin), edge + 0.25);
  }
  EXPECT_EQ(bins.of(2.0), 7);
}

TEST(FieldBins, LeaveOutWhatIsOutsideAndWhatIsNoNumber) {
  const FieldBins bins{2.0, 8};
  for (const double value :
       {std::nextafter(2.0, 3.0), std::nextafter(-2.0, -3.0), 1e300, -std::numeric_limits<double>::infinity(), std::nan("")})
    EXPECT_EQ(bins.of(value), -1) << value;
}

TEST(FieldBins, AreRightForEveryRangeAndNumber) {
  for (const double range : {1e-100, 0.1, 1.0 / 3.0, 4.0, 7.7, 1e100})
    for (const int count : {2, 3, 48, 511}) {
      const FieldBins bins{range, count};
      EXPECT_EQ(bins.of(-range), 0);
      EXPECT_EQ(bins.of(range), count - 1);
      for (int bin = 0; bin < count; ++bin) {
        EXPECT_EQ(bins.of(bins.centre(bin)), bin);
        EXPECT_EQ(bins.of(bins.centre(bin) + 0.499 * bins.width()), bin);
        EXPECT_EQ(bins.of(bins.centre(bin) - 0.499 * bins.width()), bin);
        EXPECT_EQ(bins.centre(bin), -bins.centre(count - 1 - bin));
      }
    }
}

TEST(HistogramLayout, PutsEntriesOneAfterTheOther) {
  const HistogramLayout layout({1.0, 4}, {{2}, {2, 0}, {0}});
  EXPECT_EQ(layout.size(), 4 + 16 + 4);
  EXPECT_EQ(layout.offset(1), 4);
  EXPECT_EQ(layout.offset(2), 20);
  EXPECT_EQ(layout.name(0), "2");
  EXPECT_EQ(layout.name(1), "2_0");
  EXPECT_TRUE(layout.has_pairs());
  EXPECT_EQ(layout.volume(0), 0.5);
  EXPECT_EQ(layout.volume(1), 0.25);
  EXPECT_EQ(layout.column(0, -0.9, 5.0), 0);
  EXPECT_EQ(layout.column(1, -0.9, 0.9), 4 + 0 * 4 + 3);
  EXPECT_EQ(layout.column(1, 0.9, -0.9), 4 + 3 * 4 + 0);
  EXPECT_EQ(layout.column(2, 0.1, 0.1), 20 + 2);
  EXPECT_EQ(layout.column(1, 0.0, 1.1), -1);
  EXPECT_EQ(layout.column(1, -1.1, 0.0), -1);
  EXPECT_EQ(layout.column(0, 1.1, 0.0), -1);
  EXPECT_FALSE(HistogramLayout({1.0, 4}, {{2}}).has_pairs());
}

TEST(HistogramLayout, PutsConditionalDensitiesOfSingleSitesBehindAllCounts) {
  const HistogramLayout layout({1.0, 4}, {{2}, {2, 0}, {0}}, ConditionalDensity::measured);
  EXPECT_EQ(layout.densities(), 2);
  EXPECT_TRUE(layout.has_density(0));
  EXPECT_FALSE(layout.has_density(1));
  EXPECT_EQ(layout.density_offset(0), 24);
  EXPECT_EQ(layout.density_offset(2), 28);
  EXPECT_EQ(layout.size(), 32);
  EXPECT_EQ(HistogramLayout({1.0, 4}, {{2}}).densities(), 0);
}

TEST(HistogramLayout, RefusesWhatIsNoHistogram) {
  EXPECT_THROW(HistogramLayout({1.0, 4}, {{0, 0}}), ShapeError);
  EXPECT_THROW(HistogramLayout({1.0, 4}, {{0, 1, 2}}), ShapeError);
  EXPECT_THROW(HistogramLayout({1.0, 4}, {{}}), ShapeError);
  EXPECT_THROW(HistogramLayout({1.0, 4}, {{-1}}), ShapeError);
  EXPECT_THROW(HistogramLayout({0.0, 4}, {{0}}), ShapeError);
  EXPECT_THROW(HistogramLayout({1.0, 0}, {{0}}), ShapeError);
}

TEST(SumLayout, HasHistogramsBehindEverythingThatIsAdded) {
  for (const ChainExtents& chain : {ChainExtents{}, ChainExtents{3, 4, 5, true}}) {
    const SumLayout without(MomentLayout(2, {2, 4}), 1, {}, chain);
    const SumLayout layout = without.with_histograms({{1.0, 4}, {{0}, {0, 1}}});
    EXPECT_EQ(layout.chain_offset(), without.chain_offset());
    EXPECT_EQ(layout.histogram_offset(), without.maxima_offset());
    EXPECT_EQ(layout.maxima_offset(), without.maxima_offset() + 20);
    EXPECT_EQ(layout.state_offset(), without.state_offset() + 20);
    EXPECT_EQ(layout.size(), without.size() + 20);
    EXPECT_EQ(layout.rule().maxima, without.rule().maxima);
    EXPECT_EQ(layout.rule().latest, without.rule().latest);
  }
  EXPECT_THROW(SumLayout(MomentLayout(2, {2}), 0).with_histograms({{1.0, 4}, {{0, 2}}}), ShapeError);
}

}  // namespace
}  // namespace nnft::histogram_layout_test
