#include "nnft/stats/cumulants.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "nnft/core/error.hpp"

namespace nnft::cumulants_test {
namespace {

std::span<const double> view(const Vector& v) { return {v.data(), static_cast<std::size_t>(v.size())}; }
std::span<double> view(Vector& v) { return {v.data(), static_cast<std::size_t>(v.size())}; }

TEST(SetPartitions, EvenOnesAreCounted) {
  EXPECT_EQ(even_set_partitions(2).size(), 1u);
  EXPECT_EQ(even_set_partitions(4).size(), 4u);
  EXPECT_EQ(even_set_partitions(6).size(), 31u);   // 1 + 15 + 15
  EXPECT_EQ(even_set_partitions(8).size(), 379u);  // 1 + 28 + 35 + 210 + 105
}

TEST(Cumulants, FourthOrderIsTheTextbookFormula) {
  const MomentLayout layout(3, {2, 4});
  const Vector reference = Vector::LinSpaced(6, 0.3, 0.8);
  Vector means(layout.size());
  for (Eigen::Index k = 0; k < means.size(); ++k) means[k] = std::sin(1.0 + 0.7 * static_cast<double>(k));
  Vector connected(layout.size()), full(layout.size());
  const CumulantEstimator estimator(layout, reference);
  estimator.connected(view(means), view(connected));
  estimator.full(view(connected), view(full));
  const PackedIndex& quads = layout.index(4);
  const auto m2 = [&](int i, int j) { return means[layout.index(2).position({i, j})]; };
  const auto k2 = [&](int i, int j) { return m2(i, j) + reference[layout.index(2).position({i, j})]; };
  for (int t = 0; t < quads.size(); ++t) {
    const int* s = quads.tuple(t);
    const double k4 =
        means[6 + t] - m2(s[0], s[1]) * m2(s[2], s[3]) - m2(s[0], s[2]) * m2(s[1], s[3]) - m2(s[0], s[3]) * m2(s[1], s[2]);
    const double g4 = k4 + k2(s[0], s[1]) * k2(s[2], s[3]) + k2(s[0], s[2]) * k2(s[1], s[3]) + k2(s[0], s[3]) * k2(s[1], s[2]);
    EXPECT_NEAR(connected[6 + t], k4, 1e-14);
    EXPECT_NEAR(full[6 + t], g4, 1e-14);
  }
}

// One variable: a random sign times 1 has moments 1, 1, 1, 1 and cumulants 1, −2, 16, −272 (tangent numbers).
TEST(Cumulants, OfARandomSignToEighthOrder) {
  const MomentLayout layout(1, {2, 4, 6, 8});
  Vector cumulants(4), moments(4);
  const CumulantEstimator estimator(layout, Vector::Zero(1));
  estimator.connected(view(Vector(Vector::Ones(4))), view(cumulants));
  EXPECT_DOUBLE_EQ(cumulants[0], 1.0);
  EXPECT_DOUBLE_EQ(cumulants[1], -2.0);
  EXPECT_DOUBLE_EQ(cumulants[2], 16.0);
  EXPECT_DOUBLE_EQ(cumulants[3], -272.0);
  estimator.full(view(cumulants), view(moments));
  for (int k = 0; k < 4; ++k) EXPECT_NEAR(moments[k], 1.0, 1e-12);
}

TEST(Cumulants, OfAGaussianVanishBeyondTheSecond) {
  const MomentLayout layout(1, {2, 4, 6, 8});
  Vector gaussian(4), cumulants(4);
  gaussian << 0.5, 3 * 0.25, 15 * 0.125, 105 * 0.0625;
  CumulantEstimator(layout, Vector::Zero(1)).connected(view(gaussian), view(cumulants));
  EXPECT_NEAR(cumulants[0], 0.5, 1e-15);
  for (int k = 1; k < 4; ++k) EXPECT_NEAR(cumulants[k], 0.0, 1e-13);
}

TEST(MomentLayout, RefusesGaps) {
  EXPECT_THROW(MomentLayout(2, {4}), ShapeError);
  EXPECT_THROW(MomentLayout(2, {2, 6}), ShapeError);
  EXPECT_THROW(MomentLayout(2, {}), ShapeError);
  EXPECT_THROW(MomentLayout(2, {2}).offset(4), ShapeError);
  EXPECT_THROW(CumulantEstimator(MomentLayout(2, {2}), Vector::Zero(4)), ShapeError);
}

}  // namespace
}  // namespace nnft::cumulants_test
