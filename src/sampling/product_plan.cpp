#include "nnft/sampling/product_plan.hpp"

#include <algorithm>

namespace nnft {
namespace {

/// Consecutive rests of one pair.
struct Run {
  int pair;
  int rest;
  int rests;
  int place = 0;
};

std::vector<Run> runs_of(const std::vector<ProductTerm>& sorted) {
  std::vector<Run> runs;
  for (const ProductTerm& term : sorted) {
    if (!runs.empty() && runs.back().pair == term.pair && runs.back().rest + runs.back().rests == term.rest)
      ++runs.back().rests;
    else
      runs.push_back({term.pair, term.rest, 1});
  }
  return runs;
}

/// The run of the same rests of the next pair, among `runs` sorted by pair; null if there is none.
Run* below(std::vector<Run>& runs, const Run& run) {
  const auto found = std::lower_bound(runs.begin(), runs.end(), std::pair(run.pair + 1, run.rest),
                                      [](const Run& r, const auto& wanted) { return std::pair(r.pair, r.rest) < wanted; });
  const bool same = found != runs.end() && found->pair == run.pair + 1 && found->rest == run.rest && found->rests == run.rests;
  return same ? &*found : nullptr;
}

}  // namespace

std::vector<ProductTerm> product_terms(const MomentLayout& layout, int order, EstimatorKind estimator, const int* tuple) {
  const PackedIndex& pairs = layout.index(2);
  const PackedIndex& rests = layout.index(order - 2);
  std::vector<ProductTerm> terms;
  std::vector<int> rest;
  const int partners = estimator == EstimatorKind::plain ? 2 : order;
  for (int partner = 1; partner < partners; ++partner) {
    const int pair[2] = {tuple[0], tuple[partner]};
    rest.clear();
    for (int leg = 1; leg < order; ++leg)
      if (leg != partner) rest.push_back(tuple[leg]);
    terms.push_back({pairs.position(pair), rests.position(rest.data())});
  }
  return terms;
}

ProductPlan::ProductPlan(const MomentLayout& layout, int order, EstimatorKind estimator)
    : terms_(estimator == EstimatorKind::plain ? 1 : order - 1) {
  const PackedIndex& index = layout.index(order);
  std::vector<ProductTerm> needed;
  for (int t = 0; t < index.size(); ++t)
    for (const ProductTerm& term : product_terms(layout, order, estimator, index.tuple(t))) needed.push_back(term);
  const std::vector<ProductTerm> in_order_of_tuples = needed;
  std::sort(needed.begin(), needed.end());
  needed.erase(std::unique(needed.begin(), needed.end()), needed.end());
  std::vector<Run> runs = runs_of(needed);
  std::vector<bool> placed(runs.size(), false);
  for (Run& first : runs) {
    if (placed[static_cast<std::size_t>(&first - runs.data())]) continue;
    ProductRectangle rectangle{first.pair, 0, first.rest, first.rests, products_};
    for (Run* run = &first; run != nullptr && !placed[static_cast<std::size_t>(run - runs.data())]; run = below(runs, *run)) {
      run->place = products_;
      products_ += run->rests;
      ++rectangle.heads;
      placed[static_cast<std::size_t>(run - runs.data())] = true;
    }
    rectangles_.push_back(rectangle);
  }
  for (const ProductTerm& term : in_order_of_tuples) {
    const auto after = std::upper_bound(runs.begin(), runs.end(), term, [](const ProductTerm& t, const Run& run) {
      return std::pair(t.pair, t.rest) < std::pair(run.pair, run.rest);
    });
    const Run& run = *std::prev(after);
    places_.push_back(run.place + (term.rest - run.rest));
  }
}

}  // namespace nnft
