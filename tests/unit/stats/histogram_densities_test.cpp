#include "nnft/stats/histogram_densities.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace nnft::histogram_densities_test {
namespace {

// Eight blocks of ten samples; block b has b + 1 of them in bin 1 of site 0 and two in bin (0, 1) of the pair.
TEST(HistogramDensities, AreCountsOverSamplesAndVolumeWithErrorsFromTheBlocks) {
  const SumLayout layout = SumLayout(MomentLayout(2, {2}), 0).with_histograms({{1.5, 2}, {{0}, {1, 0}}});
  BlockTable table(8, layout.size());
  for (int b = 0; b < 8; ++b) {
    table.counts[static_cast<std::size_t>(b)] = 10;
    table.sums(b, layout.histogram_offset() + 1) = b + 1;
    table.sums(b, layout.histogram_offset() + 2 + 1) = 2;
  }
  const Estimate found = jackknife(table, histogram_quantities(layout.histograms()), histogram_densities(layout));
  ASSERT_EQ(found.value.size(), 2 + 4 + 2);
  EXPECT_EQ(found.value[0], 0.0);
  EXPECT_EQ(found.error[0], 0.0);
  EXPECT_NEAR(found.value[1], 36.0 / 80.0 / 1.5, 1e-14);
  // The variance of 1, …, 8 over 8 blocks: 6 / 8.
  EXPECT_NEAR(found.error[1], std::sqrt(6.0 / 8.0) / 10.0 / 1.5, 1e-14);
  EXPECT_NEAR(found.value[3], 16.0 / 80.0 / (1.5 * 1.5), 1e-14);
  EXPECT_NEAR(found.error[3], 0.0, 1e-15);
  EXPECT_NEAR(found.value[6], 0.45, 1e-14);
  EXPECT_NEAR(found.error[6], std::sqrt(6.0 / 8.0) / 10.0, 1e-14);
  EXPECT_NEAR(found.value[7], 0.2, 1e-14);
}

TEST(HistogramDensities, TakeConditionalOnesAsTheyAreAndIntegrateThem) {
  const SumLayout layout =
      SumLayout(MomentLayout(2, {2}), 0).with_histograms({{1.0, 4}, {{0, 1}, {1}}, ConditionalDensity::measured});
  std::vector<double> means(static_cast<std::size_t>(layout.size()), 0.0);
  for (int bin = 0; bin < 4; ++bin) means[static_cast<std::size_t>(layout.histogram_offset() + 16 + 4 + bin)] = 0.1 * (bin + 1);
  ASSERT_EQ(histogram_quantities(layout.histograms()), 16 + 4 + 4 + 2 + 1);
  std::vector<double> found(27, -1.0);
  histogram_densities(layout)(means, found);
  for (std::size_t bin = 0; bin < 4; ++bin) EXPECT_EQ(found[20 + bin], 0.1 * (static_cast<double>(bin) + 1.0));
  EXPECT_NEAR(found[26], 0.5, 1e-15);
}

}  // namespace
}  // namespace nnft::histogram_densities_test
