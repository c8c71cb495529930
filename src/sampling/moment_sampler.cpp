#include "nnft/sampling/moment_sampler.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "nnft/core/error.hpp"

namespace nnft {
namespace {

constexpr int chunk_samples = 256;

/// Places in the (pairs × pairs) products of the pairings of each quad: all three, or only the first.
std::vector<int> quad_places(const MomentLayout& layout, int pairings) {
  constexpr std::array<std::array<int, 4>, 3> legs = {{{0, 1, 2, 3}, {0, 2, 1, 3}, {0, 3, 1, 2}}};
  const PackedIndex& quads = layout.index(4);
  const PackedIndex& pairs = layout.index(2);
  std::vector<int> places;
  for (int t = 0; t < quads.size(); ++t)
    for (int p = 0; p < pairings; ++p) {
      const auto& leg = legs[static_cast<std::size_t>(p)];
      const int* site = quads.tuple(t);
      const std::array<int, 2> left = {site[leg[0]], site[leg[1]]};
      const std::array<int, 2> right = {site[leg[2]], site[leg[3]]};
      const auto [a, b] = std::minmax({pairs.position(left.data()), pairs.position(right.data())});
      places.push_back(a * pairs.size() + b);
    }
  return places;
}

}  // namespace

Vector pilot_kernel(FieldEnsemble& ensemble) {
  const int pairs = ensemble.pairs();
  AlignedBuffer products(static_cast<std::size_t>(pairs * batch_samples));
  Vector sum = Vector::Zero(pairs);
  for (int s = 0; s < pilot_samples; s += batch_samples) {
    ensemble.feature_products(first_pilot_sample + static_cast<std::uint64_t>(s), products.data());
    for (int pair = 0; pair < pairs; ++pair)
      for (int lane = 0; lane < batch_samples; ++lane) sum[pair] += products.data()[pair * batch_samples + lane];
  }
  return sum * (ensemble.kernel_scale() / pilot_samples);
}

MomentSampler::MomentSampler(std::unique_ptr<FieldEnsemble> ensemble, EstimatorKind estimator, const MomentLayout& layout,
                             Vector reference_kernel, SimdPath path)
    : ensemble_(std::move(ensemble)),
      estimator_(estimator),
      kernels_(moment_kernels(path)),
      reference_kernel_(std::move(reference_kernel)),
      pairs_(layout.index(2).size()),
      fourth_order_(layout.orders().size() > 1),
      chunk_(chunk_samples),
      batch_(static_cast<std::size_t>(std::max(pairs_, layout.sites()) * batch_samples)),
      monomials_(static_cast<std::size_t>(pairs_) * static_cast<std::size_t>(chunk_)),
      products_(fourth_order_ ? static_cast<std::size_t>(pairs_) * static_cast<std::size_t>(pairs_) : 0),
      terms_per_quad_(estimator == EstimatorKind::plain ? 1 : 3) {
  if (ensemble_->sites() != layout.sites() || reference_kernel_.size() != pairs_)
    throw ShapeError("MomentSampler: ensemble of " + std::to_string(ensemble_->sites()) + " sites, layout of " +
                     std::to_string(layout.sites()) + ", reference kernel of " + std::to_string(reference_kernel_.size()) +
                     " pairs do not fit");
  if (layout.orders().back() > 4)
    throw ShapeError("MomentSampler: order " + std::to_string(layout.orders().back()) + " cannot be sampled");
  if (fourth_order_) {
    quad_offset_ = layout.offset(4);
    quad_places_ = quad_places(layout, terms_per_quad_);
  }
}

void MomentSampler::fill_pairs(std::uint64_t first_sample, int count) {
  for (int s = 0; s < count; s += batch_samples) {
    const std::uint64_t sample = first_sample + static_cast<std::uint64_t>(s);
    if (estimator_ == EstimatorKind::plain) {
      ensemble_->fields(sample, batch_.data());
      kernels_.pair_products(ensemble_->sites(), batch_.data(), monomials_.data() + s, chunk_);
    } else {
      ensemble_->feature_products(sample, batch_.data());
      kernels_.kernel_deviations(pairs_, batch_.data(), ensemble_->kernel_scale(), reference_kernel_.data(),
                                 monomials_.data() + s, chunk_);
    }
  }
  const int filled = (count + batch_samples - 1) / batch_samples * batch_samples;
  for (int pair = 0; pair < pairs_; ++pair)
    std::fill(monomials_.data() + pair * chunk_ + count, monomials_.data() + pair * chunk_ + filled, 0.0);
}

void MomentSampler::add_quads(std::span<double> quads) const {
  const int* place = quad_places_.data();
  for (double& quad : quads) {
    double sum = 0.0;
    for (int term = 0; term < terms_per_quad_; ++term) sum += products_.data()[*place++];
    quad += sum;
  }
}

void MomentSampler::add_slice(std::uint64_t first_sample, int count, std::span<double> sums) {
  if (fourth_order_) products_.fill(0.0);
  for (int done = 0; done < count; done += chunk_) {
    const int samples = std::min(chunk_, count - done);
    fill_pairs(first_sample + static_cast<std::uint64_t>(done), samples);
    const MonomialRows rows{monomials_.data(), pairs_, (samples + batch_samples - 1) / batch_samples * batch_samples, chunk_};
    kernels_.add_row_sums(rows, sums.data());
    if (fourth_order_) kernels_.add_row_products(rows, products_.data());
  }
  if (fourth_order_) add_quads(sums.subspan(static_cast<std::size_t>(quad_offset_)));
}

}  // namespace nnft
