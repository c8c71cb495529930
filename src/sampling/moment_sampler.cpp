#include "nnft/sampling/moment_sampler.hpp"

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

int chunk_of(const SumLayout& layout) {
  const unsigned fit = std::bit_floor(static_cast<unsigned>(std::max(1, numbers_in_cache / kept_rows(layout))));
  return std::clamp(static_cast<int>(fit), batch_samples, longest_chunk);
}

/// ½JKJ as a linear form of the packed pairs, or J itself.
RowMatrix source_weights(const Measurement& measurement) {
  if (measurement.estimator == EstimatorKind::plain) return measurement.sources;
  const PackedIndex& pairs = measurement.layout.moments().index(2);
  RowMatrix weights(measurement.sources.rows(), pairs.size());
  for (Eigen::Index s = 0; s < weights.rows(); ++s)
    for (int pair = 0; pair < pairs.size(); ++pair) {
      const int* site = pairs.tuple(pair);
      weights(s, pair) = measurement.sources(s, site[0]) * measurement.sources(s, site[1]) * (site[0] == site[1] ? 0.5 : 1.0);
    }
  return weights;
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

}  // namespace

Vector pilot_kernel(FieldEnsemble& ensemble) {
  const int pairs = ensemble.pairs();
  AlignedBuffer products(static_cast<std::size_t>(pairs * batch_samples));
  Vector first(pairs), sum = Vector::Zero(pairs);
  for (int s = 0; s < pilot_samples; s += batch_samples) {
    ensemble.feature_products(first_pilot_sample + static_cast<std::uint64_t>(s), products.data());
    for (int pair = 0; pair < pairs; ++pair) {
      const double* row = products.data() + pair * batch_samples;
      if (s == 0) first[pair] = row[0];
      // Differences, so that a covariance that is the same for every sample is met exactly.
      for (int lane = 0; lane < batch_samples; ++lane) sum[pair] += row[lane] - first[pair];
    }
  }
  return (first + sum / pilot_samples) * ensemble.kernel_scale() + Vector::Constant(pairs, ensemble.kernel_offset());
}

MomentSampler::MomentSampler(std::unique_ptr<FieldEnsemble> ensemble, Measurement measurement, Vector reference_kernel,
                             SimdPath path)
    : ensemble_(std::move(ensemble)),
      measurement_(std::move(measurement)),
      kernels_(moment_kernels(path)),
      reference_kernel_(std::move(reference_kernel)),
      source_weights_(source_weights(measurement_)),
      pairs_(measurement_.layout.moments().index(2).size()),
      site_row_(pairs_),
      source_row_(pairs_ + measurement_.layout.sites()),
      chunk_(chunk_of(measurement_.layout)),
      batch_(static_cast<std::size_t>(std::max(pairs_, measurement_.layout.sites()) * batch_samples)),
      rows_(static_cast<std::size_t>(kept_rows(measurement_.layout)) * static_cast<std::size_t>(chunk_)) {
  check_shapes();
  shift_ = reference_kernel_ - Vector::Constant(pairs_, ensemble_->kernel_offset());
  plan_products();
}

void MomentSampler::check_shapes() const {
  const SumLayout& layout = measurement_.layout;
  if (ensemble_->sites() != layout.sites() || reference_kernel_.size() != pairs_ ||
      measurement_.sources.rows() != layout.sources() || (layout.sources() > 0 && measurement_.sources.cols() != layout.sites()))
    throw ShapeError("MomentSampler: ensemble of " + std::to_string(ensemble_->sites()) + " sites, layout of " +
                     std::to_string(layout.sites()) + ", reference kernel of " + std::to_string(reference_kernel_.size()) +
                     " pairs and sources of shape (" + std::to_string(measurement_.sources.rows()) + ", " +
                     std::to_string(measurement_.sources.cols()) + ") do not fit");
  if (layout.moments().orders().back() > highest_order)
    throw ShapeError("MomentSampler: order " + std::to_string(layout.moments().orders().back()) + " cannot be sampled");
}

void MomentSampler::plan_products() {
  const MomentLayout& moments = measurement_.layout.moments();
  int next_row = source_row_ + measurement_.layout.sources();
  int tail_row = 0;
  for (const int order : moments.orders()) {
    if (order == 2) continue;
    const bool kept = order < moments.orders().back();
    ProductPlan plan(moments, order, measurement_.estimator);
    AlignedBuffer products(static_cast<std::size_t>(plan.products()));
    orders_.push_back({order, tail_row, kept ? next_row : -1, std::move(plan),
                       kept ? flat_terms(moments, order, measurement_.estimator) : std::vector<int>(), std::move(products)});
    tail_row = next_row;
    if (kept) next_row += moments.index(order).size();
  }
}

void MomentSampler::fill_batch(std::uint64_t sample, int at) {
  const PackedIndex& pairs = measurement_.layout.moments().index(2);
  const int sites = measurement_.layout.sites();
  const auto diagonal = [&](int site) {
    const int pair[2] = {site, site};
    return pairs.position(pair);
  };
  if (measurement_.estimator == EstimatorKind::plain) {
    ensemble_->fields(sample, batch_.data());
    kernels_.pair_products(sites, batch_.data(), rows(0) + at, chunk_);
    for (int site = 0; site < sites; ++site) std::copy_n(rows(diagonal(site)) + at, batch_samples, rows(site_row_ + site) + at);
  } else {
    ensemble_->feature_products(sample, batch_.data());
    kernels_.kernel_deviations(pairs_, batch_.data(), ensemble_->kernel_scale(), shift_.data(), rows(0) + at, chunk_);
    const double minus_offset = -ensemble_->kernel_offset();
    for (int site = 0; site < sites; ++site)
      kernels_.kernel_deviations(1, batch_.data() + diagonal(site) * batch_samples, ensemble_->kernel_scale(), &minus_offset,
                                 rows(site_row_ + site) + at, chunk_);
  }
}

void MomentSampler::fill_sources(int at) {
  const bool plain = measurement_.estimator == EstimatorKind::plain;
  for (int source = 0; source < measurement_.layout.sources(); ++source) {
    double* out = rows(source_row_ + source) + at;
    kernels_.linear_combination(static_cast<int>(source_weights_.cols()), source_weights_.row(source).data(),
                                plain ? batch_.data() : rows(0) + at, plain ? batch_samples : chunk_, out);
    (plain ? kernels_.hyperbolic_cosines : kernels_.exponentials)(out);
  }
}

void MomentSampler::fill(std::uint64_t first_sample, int count, int padded) {
  for (int s = 0; s < count; s += batch_samples) {
    fill_batch(first_sample + static_cast<std::uint64_t>(s), s);
    fill_sources(s);
  }
  // Samples of the last batch that do not belong to the slice count for nothing.
  for (int row = 0; row < source_row_ + measurement_.layout.sources(); ++row)
    std::fill(rows(row) + count, rows(row) + padded, 0.0);
  for (const OrderWork& work : orders_) {
    if (work.row < 0) continue;
    const int terms = work.plan.terms_per_tuple();
    const int tuples = static_cast<int>(work.terms.size()) / (2 * terms);
    for (int t = 0; t < tuples; ++t)
      kernels_.row_of_products(block(0, padded), block(work.tail_row, padded), work.terms.data() + 2 * terms * t, terms,
                               rows(work.row + t));
  }
}

void MomentSampler::add_rows(int samples, std::span<double> sums) {
  const SumLayout& layout = measurement_.layout;
  kernels_.add_row_sums(block(0, samples), pairs_, sums.data());
  kernels_.add_row_sums(block(source_row_, samples), layout.sources(), sums.data() + layout.source_offset());
  for (int site = 0; site < layout.sites(); ++site) {
    double& largest = sums[static_cast<std::size_t>(layout.maxima_offset() + site)];
    largest = kernels_.add_power_sums(rows(site_row_ + site), samples, layout.powers(),
                                      sums.data() + layout.power_offset(1) + site, layout.sites(), largest);
  }
  for (OrderWork& work : orders_)
    for (const ProductRectangle& rectangle : work.plan.rectangles())
      kernels_.add_products(block(0, samples), block(work.tail_row, samples), rectangle, work.products.data());
}

void MomentSampler::add_slice(std::uint64_t first_sample, int count, std::span<double> sums) {
  for (OrderWork& work : orders_) work.products.fill(0.0);
  for (int done = 0; done < count; done += chunk_) {
    const int samples = std::min(chunk_, count - done);
    const int padded = (samples + batch_samples - 1) / batch_samples * batch_samples;
    fill(first_sample + static_cast<std::uint64_t>(done), samples, padded);
    add_rows(padded, sums);
  }
  for (const OrderWork& work : orders_) {
    const int terms = work.plan.terms_per_tuple();
    const int* place = work.plan.places().data();
    double* moment = sums.data() + measurement_.layout.moments().offset(work.order);
    const int tuples = measurement_.layout.moments().index(work.order).size();
    for (int t = 0; t < tuples; ++t) {
      double sum = 0.0;
      for (int term = 0; term < terms; ++term) sum += work.products.data()[*place++];
      moment[t] += sum;
    }
  }
}

double MomentSampler::workspace_bytes(const SumLayout& layout, EstimatorKind estimator) {
  double numbers = static_cast<double>(kept_rows(layout)) * chunk_of(layout);
  for (const int order : layout.moments().orders()) {
    const double tuples = layout.moments().index(order).size();
    // Each product is shared by several tuples, at least about half of them; terms and places are ints.
    if (order > 2) numbers += tuples * (estimator == EstimatorKind::plain ? 1.0 : order - 1.0) * 2.0;
  }
  return 8.0 * numbers;
}

}  // namespace nnft
