#include "nnft/field/field_ensemble.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "nnft/core/error.hpp"

namespace nnft {

FieldEnsemble::FieldEnsemble(const Architecture& architecture, const SiteSet& sites, const Stream& stream, double sigma_out,
                             SimdPath path)
    : sites_(sites.size()),
      width_(stream.width()),
      sigma_out_(sigma_out),
      stream_(stream),
      variates_(variate_kernels(path)),
      kernels_(field_kernels(path)),
      sampler_(architecture.sampler(sites, stream, path)),
      features_(static_cast<std::size_t>(sampler_->tile() * sites.size() * batch_samples)),
      output_(static_cast<std::size_t>(sampler_->tile() * batch_samples)) {
  if (!(sigma_out > 0.0) || !std::isfinite(sigma_out))
    throw UsageError("FieldEnsemble: expected sigma-out > 0, got " + std::to_string(sigma_out));
}

template <class Work>
void FieldEnsemble::for_each_tile(std::uint64_t first_sample, Work work) {
  sampler_->start(first_sample);
  const auto tile = static_cast<std::uint32_t>(sampler_->tile());
  for (std::uint32_t first = 0; first < width_; first += tile) {
    const int count = static_cast<int>(std::min(tile, width_ - first));
    sampler_->features(first, count, features_.data());
    work(first, TileShape{count, sites_, 0});
  }
}

void FieldEnsemble::fields(std::uint64_t first_sample, double* fields) {
  const int size = sites_ * batch_samples;
  std::fill_n(fields, size, 0.0);
  for_each_tile(first_sample, [&](std::uint32_t first, const TileShape& tile) {
    variates_.normals(stream_, {Purpose::output_weight, first_sample, first, tile.neurons}, output_.data());
    kernels_.add_fields(tile, output_.data(), features_.data(), fields);
  });
  const double scale = std::sqrt(kernel_scale());
  for (int k = 0; k < size; ++k) fields[k] *= scale;
}

void FieldEnsemble::feature_products(std::uint64_t first_sample, double* sums) {
  std::fill_n(sums, pairs() * batch_samples, 0.0);
  for_each_tile(first_sample, [&](std::uint32_t, const TileShape& tile) { kernels_.add_kernels(tile, features_.data(), sums); });
}

}  // namespace nnft
