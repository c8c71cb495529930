#include "nnft/sampling/monomial_rows.hpp"

#include <algorithm>
#include <bit>
#include <string>
#include <utility>

#include "nnft/core/error.hpp"
#include "nnft/random/variates.hpp"

namespace nnft {
namespace {

constexpr int longest_chunk = 256;
constexpr int highest_order = 8;
/// The rows of a chunk take about so many numbers: what a second-level cache holds.
constexpr int numbers_in_cache = 1 << 17;

/// Rows of monomials that a chunk keeps: all orders but the highest, which is only summed; the second in any case.
int kept_rows(const SumLayout& layout) {
  int rows = layout.sites() + layout.sources();
  for (const int order : layout.moments().orders())
    if (order == 2 || order < layout.moments().orders().back()) rows += layout.moments().index(order).size();
  return rows;
}

std::vector<int> flat_terms(const MomentLayout& layout, int order, EstimatorKind estimator) {
  std::vector<int> flat;
  const PackedIndex& index = layout.index(order);
  for (int t = 0; t < index.size(); ++t)
    for (const ProductTerm& term : product_terms(layout, order, estimator, index.tuple(t))) {
      flat.push_back(term.pair);
      flat.push_back(term.rest);
    }
  return flat;
}

std::size_t weighted_numbers(const SumLayout& layout, int chunk) {
  return layout.scores() == 0 ? 0 : static_cast<std::size_t>(layout.moments().index(2).size()) * static_cast<std::size_t>(chunk);
}

}  // namespace

int MonomialRows::chunk_of(const SumLayout& layout) {
  const unsigned fit = std::bit_floor(static_cast<unsigned>(std::max(1, numbers_in_cache / kept_rows(layout))));
  return std::clamp(static_cast<int>(fit), batch_samples, longest_chunk);
}

MonomialRows::MonomialRows(const SumLayout& layout, EstimatorKind estimator, SimdPath path)
    : layout_(layout.moments()),
      sites_(layout.sites()),
      sources_(layout.sources()),
      pairs_(layout_.index(2).size()),
      chunk_(chunk_of(layout)),
      kernels_(moment_kernels(path)),
      products_(static_cast<std::size_t>(pairs_)),
      rows_(static_cast<std::size_t>(kept_rows(layout)) * static_cast<std::size_t>(chunk_)),
      weighted_(weighted_numbers(layout, chunk_)) {
  if (layout_.orders().back() > highest_order)
    throw ShapeError("MonomialRows: order " + std::to_string(layout_.orders().back()) + " cannot be sampled");
  plan_products(estimator);
}

void MonomialRows::plan_products(EstimatorKind estimator) {
  int next_row = pairs_ + sites_ + sources_;
  int tail_row = 0;
  for (const int order : layout_.orders()) {
    if (order == 2) continue;
    const bool kept = order < layout_.orders().back();
    ProductPlan plan(layout_, order, estimator);
    const auto products = static_cast<std::size_t>(plan.products());
    orders_.push_back({order, tail_row, kept ? next_row : -1, products_, std::move(plan),
                       kept ? flat_terms(layout_, order, estimator) : std::vector<int>()});
    products_ += products;
    tail_row = next_row;
    if (kept) next_row += layout_.index(order).size();
  }
}

void MonomialRows::blank(int count, int padded) {
  for (int row = 0; row < pairs_ + sites_ + sources_; ++row) std::fill(pair_row(row) + count, pair_row(row) + padded, 0.0);
}

void MonomialRows::multiply(int samples) {
  for (const OrderWork& work : orders_) {
    if (work.row < 0) continue;
    const int terms = work.plan.terms_per_tuple();
    const int tuples = static_cast<int>(work.terms.size()) / (2 * terms);
    for (int t = 0; t < tuples; ++t)
      kernels_.row_of_products(block(0, samples), block(work.tail_row, samples), work.terms.data() + 2 * terms * t, terms,
                               pair_row(work.row + t));
  }
}

void MonomialRows::add(int samples, double* products) { add_products(block(0, samples), products); }

void MonomialRows::add_weighted(int samples, const double* weights, double* products) {
  for (int pair = 0; pair < pairs_; ++pair) {
    const double* from = pair_row(pair);
    double* to = weighted_.data() + static_cast<std::ptrdiff_t>(pair) * chunk_;
    for (int s = 0; s < samples; ++s) to[s] = from[s] * weights[s];
  }
  add_products({weighted_.data(), samples, chunk_}, products);
}

void MonomialRows::add_products(const RowBlock& heads, double* products) {
  kernels_.add_row_sums(heads, pairs_, products);
  for (const OrderWork& work : orders_)
    for (const ProductRectangle& rectangle : work.plan.rectangles())
      kernels_.add_products(heads, block(work.tail_row, heads.samples), rectangle, products + work.first);
}

void MonomialRows::add_moments(const double* products, double factor, std::span<double> moments) const {
  for (int pair = 0; pair < pairs_; ++pair) moments[static_cast<std::size_t>(pair)] += factor * products[pair];
  for (const OrderWork& work : orders_) {
    const int terms = work.plan.terms_per_tuple();
    const int* place = work.plan.places().data();
    double* moment = moments.data() + layout_.offset(work.order);
    for (int t = 0; t < layout_.index(work.order).size(); ++t) {
      double sum = 0.0;
      for (int term = 0; term < terms; ++term) sum += products[work.first + static_cast<std::size_t>(*place++)];
      moment[t] += factor * sum;
    }
  }
}

double MonomialRows::row_bytes(const SumLayout& layout, EstimatorKind) {
  const int chunk = chunk_of(layout);
  return 8.0 * (static_cast<double>(kept_rows(layout)) * chunk + static_cast<double>(weighted_numbers(layout, chunk)));
}

double MonomialRows::product_bytes(const SumLayout& layout, EstimatorKind estimator) {
  double numbers = 0.0;
  for (const int order : layout.moments().orders()) {
    const double tuples = layout.moments().index(order).size();
    // Each product is shared by several tuples, at least about half of them; terms and places are ints.
    if (order > 2) numbers += tuples * (estimator == EstimatorKind::plain ? 1.0 : order - 1.0);
  }
  return 8.0 * numbers;
}

}  // namespace nnft
