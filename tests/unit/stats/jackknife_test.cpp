#include "nnft/stats/jackknife.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "nnft/core/error.hpp"

namespace nnft::jackknife_test {
namespace {

BlockTable table_of(const std::vector<double>& means, std::int64_t per_block) {
  BlockTable table(static_cast<int>(means.size()), 1);
  for (std::size_t b = 0; b < means.size(); ++b) {
    table.sums(static_cast<Eigen::Index>(b), 0) = means[b] * static_cast<double>(per_block);
    table.counts[b] = per_block;
  }
  return table;
}

const Statistic identity = [](std::span<const double> m, std::span<double> out) { out[0] = m[0]; };
const Statistic square = [](std::span<const double> m, std::span<double> out) { out[0] = m[0] * m[0]; };

TEST(Jackknife, OfAMeanIsTheStandardError) {
  const std::vector<double> means = {1.0, 2.0, 4.0, 7.0};
  const Estimate estimate = jackknife(table_of(means, 10), 1, identity);
  EXPECT_DOUBLE_EQ(estimate.value[0], 3.5);
  EXPECT_NEAR(estimate.error[0], std::sqrt(21.0 / 12.0), 1e-14);  // sqrt(Σ(x − x̄)²/(B(B − 1)))
  EXPECT_NEAR(estimate.bias[0], 0.0, 1e-14);
  EXPECT_EQ(estimate.leave_one_out.rows(), 4);
  EXPECT_NEAR(estimate.leave_one_out(3, 0), 7.0 / 3.0, 1e-14);
}

// x̄² overestimates μ² by the variance of the mean; the jackknife takes exactly the unbiased estimate of it away.
TEST(Jackknife, RemovesTheBiasOfASquare) {
  const std::vector<double> means = {1.0, 2.0, 4.0, 7.0};
  const Estimate estimate = jackknife(table_of(means, 3), 1, square);
  EXPECT_NEAR(estimate.bias[0], 21.0 / 12.0, 1e-13);
  EXPECT_NEAR(estimate.value[0], 3.5 * 3.5 - 21.0 / 12.0, 1e-13);
}

TEST(Jackknife, LeavesAbsentBlocksOut) {
  BlockTable table = table_of({1.0, 2.0, 4.0, 7.0}, 10);
  BlockTable with_gap(6, 1);
  for (const Eigen::Index b : {0, 1, 2, 3}) {
    with_gap.sums.row(b + 1) = table.sums.row(b);
    with_gap.counts[static_cast<std::size_t>(b) + 1] = 10;
  }
  const Estimate whole = jackknife(table, 1, square);
  const Estimate gap = jackknife(with_gap, 1, square);
  EXPECT_DOUBLE_EQ(gap.value[0], whole.value[0]);
  EXPECT_DOUBLE_EQ(gap.error[0], whole.error[0]);
  EXPECT_EQ(gap.leave_one_out.rows(), 4);
}

TEST(Jackknife, ErrorOfStoredRowsWithoutAbsentBlocks) {
  const Estimate estimate = jackknife(table_of({1.0, 2.0, 4.0, 7.0}, 10), 1, square);
  RowMatrix stored = RowMatrix::Constant(6, 1, std::nan(""));
  stored.middleRows(1, 4) = estimate.leave_one_out;
  EXPECT_EQ(present_rows(stored), estimate.leave_one_out);
  EXPECT_EQ(jackknife_error(present_rows(stored)), estimate.error);
  EXPECT_EQ(present_rows(RowMatrix()).rows(), 0);
}

// A linear statistic of estimates without bias changes nothing; a square is corrected as that of means is.
TEST(Jackknife, OfAFunctionOfEstimates) {
  const Estimate mean = jackknife(table_of({1.0, 2.0, 4.0, 7.0}, 10), 1, identity);
  const Estimate same = derived_estimate(mean, 1, identity);
  EXPECT_DOUBLE_EQ(same.value[0], mean.value[0]);
  EXPECT_DOUBLE_EQ(same.error[0], mean.error[0]);
  const Estimate squared = derived_estimate(mean, 1, square);
  EXPECT_NEAR(squared.value[0], jackknife(table_of({1.0, 2.0, 4.0, 7.0}, 10), 1, square).value[0], 1e-13);
  Estimate one_block = mean;
  one_block.leave_one_out.conservativeResize(1, 1);
  EXPECT_THROW(derived_estimate(one_block, 1, square), ShapeError);
}

TEST(Jackknife, RefusesFewerThanTwoBlocks) {
  BlockTable table(5, 1);
  EXPECT_THROW(jackknife(table, 1, identity), ShapeError);
  table.counts[2] = 1;
  EXPECT_THROW(jackknife(table, 1, identity), ShapeError);
}

}  // namespace
}  // namespace nnft::jackknife_test
