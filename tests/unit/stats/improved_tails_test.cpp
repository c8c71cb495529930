// Improved estimators are trusted by their blocks: not by powers of φ², and not where one block makes up half of the variance.

#include <gtest/gtest.h>

#include "nnft/stats/tails.hpp"

namespace nnft::improved_tails_test {
namespace {

constexpr int blocks = 64;

/// One site, orders 2 and 4, one sample that makes up all powers of φ².
Tails tails_of(bool improved, double outlier) {
  const SumLayout layout(MomentLayout(1, {2, 4}), 0, {}, {2, 4, 3, improved});
  BlockTable table(blocks, layout.size());
  for (int b = 0; b < blocks; ++b) {
    table.counts[static_cast<std::size_t>(b)] = 4;
    for (int power = 1; power <= layout.powers(); ++power) table.sums(b, layout.power_offset(power)) = 1e-3;
  }
  for (int power = 1; power <= layout.powers(); ++power) table.sums(0, layout.power_offset(power)) = 1.0;
  table.sums(0, layout.maxima_offset()) = 1.0;
  RowMatrix deleted(blocks, 2);
  for (int b = 0; b < blocks; ++b) deleted.row(b).setConstant(b % 2 == 0 ? 1.0 : -1.0);
  deleted(5, 1) = outlier;
  const Vector ones = Vector::Ones(2);
  return find_tails(layout, table, {ones, ones, Vector::Zero(2), deleted});
}

TEST(ImprovedTails, AreSeenInBlocksAlone) {
  EXPECT_EQ(tails_of(false, 1.0).trusted[0], 0.0);  // the one sample
  EXPECT_EQ(tails_of(true, 1.0).trusted[0], 1.0);
  EXPECT_EQ(tails_of(true, 1.0).trusted[1], 1.0);
  EXPECT_EQ(tails_of(true, 4.0).trusted[1], 1.0);   // a fifth of the variance
  EXPECT_EQ(tails_of(true, 12.0).trusted[1], 0.0);  // two thirds
  EXPECT_EQ(tails_of(true, 12.0).trusted[0], 1.0);
}

}  // namespace
}  // namespace nnft::improved_tails_test
