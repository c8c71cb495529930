#include "nnft/stats/derivative_layout.hpp"

#include <gtest/gtest.h>

#include "nnft/core/error.hpp"

namespace nnft::derivative_layout_test {
namespace {

TEST(DerivativeLayout, NamesEveryDerivativeOnce) {
  const DerivativeLayout layout(DerivativeMethod::score, SeriesBasis(3, 3), {true, true, true});
  EXPECT_EQ(layout.size(), 19);
  EXPECT_EQ(layout.name(layout.basis().position({1, 0, 0})), "dstrength");
  EXPECT_EQ(layout.name(layout.basis().position({0, 2, 0})), "d2strength2");
  EXPECT_EQ(layout.name(layout.basis().position({1, 1, 1})), "dstrength_dstrength2_dstrength3");
  EXPECT_EQ(layout.name(layout.basis().position({2, 0, 1})), "d2strength_dstrength3");
  for (int a = 1; a < layout.basis().size(); ++a)
    for (int b = 1; b < a; ++b) EXPECT_NE(layout.name(a), layout.name(b));
}

TEST(DerivativeLayout, SumsWhatHasSummedStrengthsOnly) {
  const SeriesBasis basis(3, 2);
  const DerivativeLayout layout(DerivativeMethod::score, basis, {true, false, true});
  const std::vector<int> expected = {basis.position({1, 0, 0}), basis.position({0, 0, 1}), basis.position({2, 0, 0}),
                                     basis.position({1, 0, 1}), basis.position({0, 0, 2})};
  EXPECT_EQ(layout.summed(), expected);
  EXPECT_TRUE(DerivativeLayout(DerivativeMethod::differences, basis, {false, false, false}).summed().empty());
  EXPECT_TRUE(DerivativeLayout(DerivativeMethod::none, basis, {true, true, true}).summed().empty());
  EXPECT_EQ(DerivativeLayout().size(), 0);
}

TEST(DerivativeLayout, RefusesStrengthsWithoutAnEntry) {
  EXPECT_THROW(DerivativeLayout(DerivativeMethod::score, SeriesBasis(2, 1), {true}), ShapeError);
  EXPECT_THROW(DerivativeLayout(DerivativeMethod::score, SeriesBasis(2, 1), {true, true, true}), ShapeError);
}

}  // namespace
}  // namespace nnft::derivative_layout_test
