#include "nnft/sampling/moment_sampler.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "nnft/core/error.hpp"
#include "nnft/random/variates.hpp"
#include "nnft/sampling/finite_differences.hpp"

namespace nnft {
namespace {

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

int rows_of_batch(const Measurement& measurement) {
  return measurement.estimator == EstimatorKind::plain ? measurement.layout.sites()
                                                       : measurement.layout.moments().index(2).size();
}

int product_rows(const SumLayout& layout, const std::vector<SharedEnsemble>& ensembles) {
  Eigen::Index nodes = 1;
  for (const SharedEnsemble& ensemble : ensembles) nodes = std::max(nodes, ensemble.differences.cols());
  return std::max(static_cast<int>(nodes), 1 + layout.scores());
}

std::size_t area(int rows, int columns) { return static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns); }

/// Σ over rows of [row][sample] by differences to the first sample, so that values that are all the same are met exactly.
void add_to_means(const AlignedBuffer& batch, bool first_batch, RowMatrix& first, RowMatrix& sum) {
  for (Eigen::Index row = 0; row < sum.size(); ++row) {
    const double* value = batch.data() + row * batch_samples;
    if (first_batch) first.data()[row] = value[0];
    for (int lane = 0; lane < batch_samples; ++lane) sum.data()[row] += value[lane] - first.data()[row];
  }
}

}  // namespace

PilotMeans pilot_means(FieldEnsemble& ensemble) {
  const int copies = ensemble.copies();
  AlignedBuffer products(area(copies * ensemble.pairs(), batch_samples)),
      values(area(copies * ensemble.potentials(), batch_samples));
  RowMatrix first(copies, ensemble.pairs()), sum = RowMatrix::Zero(copies, ensemble.pairs());
  RowMatrix first_v(copies, ensemble.potentials()), sum_v = RowMatrix::Zero(copies, ensemble.potentials());
  for (int s = 0; s < pilot_samples; s += batch_samples) {
    ensemble.feature_products(first_pilot_sample + static_cast<std::uint64_t>(s), products.data());
    ensemble.potential_values(values.data());
    add_to_means(products, s == 0, first, sum);
    add_to_means(values, s == 0, first_v, sum_v);
  }
  return {((first + sum / pilot_samples) * ensemble.kernel_scale()).array() + ensemble.kernel_offset(),
          first_v + sum_v / pilot_samples};
}

MomentSampler::MomentSampler(std::unique_ptr<FieldEnsemble> field, Measurement measurement, std::vector<SharedEnsemble> ensembles,
                             SimdPath path)
    : field_(std::move(field)),
      measurement_(std::move(measurement)),
      ensembles_(std::move(ensembles)),
      kernels_(moment_kernels(path)),
      pairs_(measurement_.layout.moments().index(2).size()),
      rows_(measurement_.layout, measurement_.estimator, path),
      product_rows_(product_rows(measurement_.layout, ensembles_)),
      products_(ensembles_.size() * static_cast<std::size_t>(product_rows_) * rows_.products()),
      batch_size_(area(rows_of_batch(measurement_), batch_samples)),
      kept_batches_(field_->copies() > 1 ? rows_.chunk() / batch_samples : 1),
      batches_(area(kept_batches_, field_->copies()) * batch_size_),
      potentials_(area(rows_.chunk(), field_->copies() * field_->potentials())),
      weights_(static_cast<std::size_t>(rows_.chunk())),
      histograms_(measurement_.layout, measurement_.stream, path) {
  check_shapes();
  source_weights_ = source_weights(measurement_);
  for (const SharedEnsemble& ensemble : ensembles_)
    shifts_.push_back(ensemble.reference_kernel - Vector::Constant(pairs_, field_->kernel_offset()));
}

MomentSampler::MomentSampler(std::unique_ptr<FieldEnsemble> field, Measurement measurement, Vector reference_kernel,
                             SimdPath path)
    : MomentSampler(std::move(field), std::move(measurement),
                    std::vector<SharedEnsemble>{{0, std::move(reference_kernel), Vector(), RowMatrix()}}, path) {}

void MomentSampler::check_shapes() const {
  const SumLayout& layout = measurement_.layout;
  const auto refuse = [](const std::string& what) { throw ShapeError("MomentSampler: " + what); };
  if (layout.histograms().entries() > 0 && measurement_.estimator != EstimatorKind::plain && !measurement_.stream)
    refuse("expected a stream to draw fields for histograms with, got none");
  if (field_->sites() != layout.sites() || measurement_.sources.rows() != layout.sources() ||
      (layout.sources() > 0 && measurement_.sources.cols() != layout.sites()))
    refuse("ensemble of " + std::to_string(field_->sites()) + " sites, layout of " + std::to_string(layout.sites()) +
           " and sources of shape (" + std::to_string(measurement_.sources.rows()) + ", " +
           std::to_string(measurement_.sources.cols()) + ") do not fit");
  if (static_cast<int>(measurement_.score_powers.size()) != layout.scores())
    refuse("expected powers of V for " + std::to_string(layout.scores()) + " derivatives, got " +
           std::to_string(measurement_.score_powers.size()));
  for (const MultiIndex& powers : measurement_.score_powers)
    for (auto p = static_cast<std::size_t>(field_->potentials()); p < powers.size(); ++p)
      if (powers[p] != 0)
        refuse("power " + std::to_string(powers[p]) + " of V number " + std::to_string(p + 1) + " of " +
               std::to_string(field_->potentials()));
  for (const SharedEnsemble& ensemble : ensembles_) {
    if (ensemble.reference_kernel.size() != pairs_)
      refuse("expected a reference kernel of " + std::to_string(pairs_) + " pairs, got " +
             std::to_string(ensemble.reference_kernel.size()));
    if (layout.scores() > 0 && ensemble.reference_potentials.size() != field_->potentials())
      refuse("expected " + std::to_string(field_->potentials()) + " reference potentials, got " +
             std::to_string(ensemble.reference_potentials.size()));
    const bool by_differences = layout.derivatives().method() == DerivativeMethod::differences && layout.summed_derivatives() > 0;
    if (by_differences != (ensemble.differences.size() > 0) ||
        (by_differences && ensemble.differences.rows() != layout.summed_derivatives()) ||
        ensemble.copy + nodes(ensemble) > field_->copies())
      refuse("differences do not fit the layout and the copies of the ensemble");
  }
}

int MomentSampler::nodes(const SharedEnsemble& ensemble) const {
  return std::max(1, static_cast<int>(ensemble.differences.cols()));
}

double* MomentSampler::products(std::size_t ensemble, int row) noexcept {
  return products_.data() +
         (ensemble * static_cast<std::size_t>(product_rows_) + static_cast<std::size_t>(row)) * rows_.products();
}

const double* MomentSampler::drawn(int copy, int at) const noexcept {
  return batches_.data() + area(at / batch_samples % kept_batches_ * field_->copies() + copy, 1) * batch_size_;
}

void MomentSampler::draw_batch(std::uint64_t sample, int at) {
  double* batch = batches_.data() + area(at / batch_samples % kept_batches_, field_->copies()) * batch_size_;
  if (measurement_.estimator == EstimatorKind::plain)
    field_->fields(sample, batch);
  else
    field_->feature_products(sample, batch);
  if (measurement_.layout.scores() > 0)
    field_->potential_values(potentials_.data() + area(at, field_->copies() * field_->potentials()));
}

void MomentSampler::fill_batch(const SharedEnsemble& ensemble, int copy, int at) {
  const PackedIndex& pairs = measurement_.layout.moments().index(2);
  const int sites = measurement_.layout.sites(), chunk = rows_.chunk();
  const double* batch = drawn(copy, at);
  const auto diagonal = [&](int site) {
    const int pair[2] = {site, site};
    return pairs.position(pair);
  };
  if (measurement_.estimator == EstimatorKind::plain) {
    kernels_.pair_products(sites, batch, rows_.pair_row(0) + at, chunk);
    for (int site = 0; site < sites; ++site)
      std::copy_n(rows_.pair_row(diagonal(site)) + at, batch_samples, rows_.site_row(site) + at);
  } else {
    const Vector& shift = shifts_[static_cast<std::size_t>(&ensemble - ensembles_.data())];
    kernels_.kernel_deviations(pairs_, batch, field_->kernel_scale(), shift.data(), rows_.pair_row(0) + at, chunk);
    const double minus_offset = -field_->kernel_offset();
    for (int site = 0; site < sites; ++site)
      kernels_.kernel_deviations(1, batch + diagonal(site) * batch_samples, field_->kernel_scale(), &minus_offset,
                                 rows_.site_row(site) + at, chunk);
  }
}

void MomentSampler::fill_sources(int copy, int at) {
  const bool plain = measurement_.estimator == EstimatorKind::plain;
  for (int source = 0; source < measurement_.layout.sources(); ++source) {
    double* out = rows_.source_row(source) + at;
    kernels_.linear_combination(static_cast<int>(source_weights_.cols()), source_weights_.row(source).data(),
                                plain ? drawn(copy, at) : rows_.pair_row(0) + at, plain ? batch_samples : rows_.chunk(), out);
    (plain ? kernels_.hyperbolic_cosines : kernels_.exponentials)(out);
  }
}

/// @param batch of the ensemble's own copy, as drawn.
void MomentSampler::count_fields(const double* batch, std::uint64_t first_sample, int count, double* sums) {
  if (measurement_.layout.histograms().entries() == 0) return;
  if (measurement_.estimator == EstimatorKind::plain)
    histograms_.add_fields(batch, count, sums);
  else
    histograms_.add_drawn(first_sample, {batch, field_->kernel_scale(), field_->kernel_offset()}, count, sums);
}

void MomentSampler::add_slice(std::uint64_t first_sample, int count, std::span<double> sums) {
  products_.fill(0.0);
  for (int done = 0; done < count; done += rows_.chunk())
    add_chunk(first_sample + static_cast<std::uint64_t>(done), std::min(rows_.chunk(), count - done), sums);
  const auto row = static_cast<std::size_t>(measurement_.layout.size());
  for (std::size_t e = 0; e < ensembles_.size(); ++e) add_derivatives(e, sums.subspan(e * row, row));
}

void MomentSampler::add_chunk(std::uint64_t first_sample, int count, std::span<double> sums) {
  const auto row = static_cast<std::size_t>(measurement_.layout.size());
  const bool shared = field_->copies() > 1;  // then drawn once for all
  if (shared)
    for (int s = 0; s < count; s += batch_samples) draw_batch(first_sample + static_cast<std::uint64_t>(s), s);
  const auto fill = [&](std::size_t e, int node) {
    const SharedEnsemble& ensemble = ensembles_[e];
    for (int s = 0; s < count; s += batch_samples) {
      const std::uint64_t sample = first_sample + static_cast<std::uint64_t>(s);
      if (!shared) draw_batch(sample, s);
      fill_batch(ensemble, ensemble.copy + node, s);
      if (node > 0) continue;
      fill_sources(ensemble.copy, s);
      count_fields(drawn(ensemble.copy, s), sample, std::min(batch_samples, count - s), sums.data() + e * row);
    }
  };
  const int padded = (count + batch_samples - 1) / batch_samples * batch_samples;
  for (std::size_t e = 0; e < ensembles_.size(); ++e)
    for (int node = 0; node < nodes(ensembles_[e]); ++node) {
      fill(e, node);
      rows_.blank(count, padded);
      rows_.multiply(padded);
      rows_.add(padded, products(e, node));
      if (node > 0) continue;
      add_ensemble(e, padded, sums.subspan(e * row, row));
      add_scores(e, count, padded, sums.subspan(e * row, row));
    }
}

/// Everything of an ensemble's own samples but the moments.
void MomentSampler::add_ensemble(std::size_t, int samples, std::span<double> sums) {
  const SumLayout& layout = measurement_.layout;
  kernels_.add_row_sums(rows_.source_rows(samples), layout.sources(), sums.data() + layout.source_offset());
  for (int site = 0; site < layout.sites(); ++site) {
    double& largest = sums[static_cast<std::size_t>(layout.maxima_offset() + site)];
    largest = kernels_.add_power_sums(rows_.site_row(site), samples, layout.powers(), sums.data() + layout.power_offset(1) + site,
                                      layout.sites(), largest);
  }
}

/// Monomials times powers of V − V₀, and these powers.
void MomentSampler::add_scores(std::size_t e, int count, int padded, std::span<double> sums) {
  const SharedEnsemble& ensemble = ensembles_[e];
  const int potentials = field_->potentials();
  for (int k = 0; k < measurement_.layout.scores(); ++k) {
    const MultiIndex& powers = measurement_.score_powers[static_cast<std::size_t>(k)];
    for (int s = 0; s < padded; ++s) {
      const double* values = potentials_.data() + area(s / batch_samples * batch_samples, field_->copies() * potentials) +
                             area(ensemble.copy * potentials, batch_samples) + s % batch_samples;
      double weight = s < count ? 1.0 : 0.0;
      for (int p = 0; p < potentials; ++p)
        for (int n = 0; n < powers[static_cast<std::size_t>(p)]; ++n)
          weight *= values[p * batch_samples] - ensemble.reference_potentials[p];
      weights_.data()[s] = weight;
    }
    kernels_.add_row_sums({weights_.data(), padded, padded}, 1, sums.data() + measurement_.layout.score_offset() + k);
    rows_.add_weighted(padded, weights_.data(), products(e, 1 + k));
  }
}

/// The moments of the slice, and their derivatives.
void MomentSampler::add_derivatives(std::size_t e, std::span<double> sums) {
  const SumLayout& layout = measurement_.layout;
  const auto moments = static_cast<std::size_t>(layout.moments().size());
  rows_.add_moments(products(e, 0), 1.0, sums.first(moments));
  for (int k = 0; k < layout.summed_derivatives(); ++k) {
    const std::span<double> derivative = sums.subspan(static_cast<std::size_t>(layout.derivative_offset(k)), moments);
    if (layout.scores() > 0) {
      rows_.add_moments(products(e, 1 + k), 1.0, derivative);
      continue;
    }
    for (int node = 0; node < nodes(ensembles_[e]); ++node)
      rows_.add_moments(products(e, node), ensembles_[e].differences(k, node), derivative);
  }
}

double MomentSampler::workspace_bytes(const SumLayout& layout, EstimatorKind estimator, double ensembles) {
  const bool differences = layout.derivatives().method() == DerivativeMethod::differences;
  const double nodes = differences && layout.summed_derivatives() > 0 ? most_stencil_nodes : 1.0;
  const double rows = std::max(nodes, 1.0 + layout.scores());
  const double copies = ensembles * nodes, kept = copies > 1.0 ? MonomialRows::chunk_of(layout) : batch_samples;
  const double numbers = estimator == EstimatorKind::plain ? layout.sites() : layout.moments().index(2).size();
  const double histograms = 2.0 * layout.histograms().size() * ensembles;  // rows of sums, before and after they are copied
  return MonomialRows::row_bytes(layout, estimator) + 8.0 * histograms + 8.0 * copies * kept * numbers +
         (1.0 + ensembles * rows) * MonomialRows::product_bytes(layout, estimator);
}

}  // namespace nnft
