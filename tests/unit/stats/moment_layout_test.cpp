#include "nnft/stats/moment_layout.hpp"

#include <gtest/gtest.h>

#include "nnft/core/error.hpp"
#include "nnft/stats/cumulants.hpp"

namespace nnft::moment_layout_test {
namespace {

TEST(MomentLayout, ListedTuplesBringTheirSubTuples) {
  const MomentLayout layout(5, {2, 4, 6}, TupleChoice::listed, {{4, 0, 1, 1, 2, 2}, {3, 3, 3, 3}});
  EXPECT_EQ(layout.index(2).size(), 15);  // all pairs
  ASSERT_EQ(layout.index(6).size(), 1);
  EXPECT_EQ(layout.index(6).position({2, 2, 1, 1, 0, 4}), 0);
  // Of {0 1 1 2 2 4}: six choices of the two legs that are left out, where twins are alike … and the other tuple.
  EXPECT_EQ(layout.index(4).size(), 8 + 1);
  EXPECT_NO_THROW(layout.index(4).position({3, 3, 3, 3}));
  EXPECT_NO_THROW(layout.index(4).position({4, 0, 2, 1}));
  EXPECT_THROW(layout.index(4).position({0, 0, 0, 0}), ShapeError);
  EXPECT_EQ(layout.size(), 15 + 9 + 1);
}

TEST(MomentLayout, DiagonalTuplesAreClosed) {
  const MomentLayout layout(3, {2, 4, 6, 8}, TupleChoice::diagonal, {});
  EXPECT_EQ(layout.size(), 6 + 3 + 3 + 3);
  EXPECT_NO_THROW(CumulantEstimator(layout, Vector::Zero(6)));
}

TEST(MomentLayout, RefusesWhatIsNotThere) {
  EXPECT_THROW(MomentLayout(3, {2, 6}), ShapeError);
  EXPECT_THROW(MomentLayout(3, {4}), ShapeError);
  EXPECT_THROW(MomentLayout(3, {2, 4}, TupleChoice::listed, {{0, 1, 2, 3}}), ShapeError);
  EXPECT_THROW(MomentLayout(4, {2, 4}, TupleChoice::listed, {{0, 1, 2, 3, 0, 0}}), ShapeError);
}

// A cumulant does not depend on which other tuples are measured.
TEST(MomentLayout, CumulantsOfAListAreThoseOfAllTuples) {
  const MomentLayout all(4, {2, 4, 6});
  const MomentLayout some(4, {2, 4, 6}, TupleChoice::listed, {{0, 1, 2, 3, 3, 3}, {0, 0, 1, 1}});
  Vector means(all.size()), few(some.size());
  for (Eigen::Index k = 0; k < means.size(); ++k) means[k] = std::sin(1.0 + 0.37 * static_cast<double>(k));
  for (const int order : some.orders())
    for (int t = 0; t < some.index(order).size(); ++t)
      few[some.offset(order) + t] = means[all.offset(order) + all.index(order).position(some.index(order).tuple(t))];
  Vector of_all(all.size()), of_few(some.size());
  CumulantEstimator(all, Vector::Zero(10))
      .connected({means.data(), static_cast<std::size_t>(means.size())},
                 {of_all.data(), static_cast<std::size_t>(of_all.size())});
  CumulantEstimator(some, Vector::Zero(10))
      .connected({few.data(), static_cast<std::size_t>(few.size())}, {of_few.data(), static_cast<std::size_t>(of_few.size())});
  for (const int order : some.orders())
    for (int t = 0; t < some.index(order).size(); ++t)
      EXPECT_EQ(of_few[some.offset(order) + t],
                of_all[all.offset(order) + all.index(order).position(some.index(order).tuple(t))]);
}

}  // namespace
}  // namespace nnft::moment_layout_test
