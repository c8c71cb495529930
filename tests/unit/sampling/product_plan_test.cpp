#include "nnft/sampling/product_plan.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace nnft::product_plan_test {
namespace {

/// Which pair and rest stands at each place of the products.
std::map<int, ProductTerm> content(const ProductPlan& plan) {
  std::map<int, ProductTerm> at;
  for (const ProductRectangle& r : plan.rectangles())
    for (int a = 0; a < r.heads; ++a)
      for (int b = 0; b < r.tails; ++b) {
        const bool is_new = at.emplace(r.place + a * r.tails + b, ProductTerm{r.head + a, r.tail + b}).second;
        EXPECT_TRUE(is_new);
      }
  return at;
}

void expect_right(const MomentLayout& layout, int order, EstimatorKind estimator) {
  const ProductPlan plan(layout, order, estimator);
  const std::map<int, ProductTerm> at = content(plan);
  EXPECT_EQ(static_cast<int>(at.size()), plan.products());
  std::set<ProductTerm> distinct;
  for (const auto& [place, term] : at) distinct.insert(term);
  EXPECT_EQ(distinct.size(), at.size()) << "a product is computed twice";
  const PackedIndex& index = layout.index(order);
  ASSERT_EQ(plan.places().size(), static_cast<std::size_t>(index.size() * plan.terms_per_tuple()));
  const int* place = plan.places().data();
  for (int t = 0; t < index.size(); ++t)
    for (const ProductTerm& term : product_terms(layout, order, estimator, index.tuple(t))) {
      EXPECT_EQ(at.at(*place), term) << "tuple " << t;
      ++place;
    }
}

TEST(ProductPlan, EveryTermStandsWhereItsPlaceSays) {
  for (const EstimatorKind estimator : {EstimatorKind::plain, EstimatorKind::conditional}) {
    for (const int order : {4, 6, 8}) {
      expect_right(MomentLayout(4, {2, 4, 6, 8}), order, estimator);
      expect_right(MomentLayout(7, {2, 4, 6, 8}, TupleChoice::diagonal, {}), order, estimator);
      expect_right(MomentLayout(5, {2, 4, 6, 8}, TupleChoice::listed, {{4, 1, 0, 2, 3, 3, 3, 0}, {0, 0, 1, 1}}), order,
                   estimator);
    }
  }
}

TEST(ProductPlan, AllTuplesNeedFewRectangles) {
  const MomentLayout layout(8, {2, 4, 6});
  // One rectangle for each lowest site.
  EXPECT_EQ(ProductPlan(layout, 4, EstimatorKind::conditional).rectangles().size(), 8u);
  EXPECT_EQ(ProductPlan(layout, 6, EstimatorKind::conditional).rectangles().size(), 8u);
  EXPECT_EQ(ProductPlan(layout, 6, EstimatorKind::plain).products(), layout.index(6).size());
}

}  // namespace
}  // namespace nnft::product_plan_test
