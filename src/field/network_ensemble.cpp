#include "nnft/field/network_ensemble.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "field/first_of_batch.hpp"
#include "nnft/core/error.hpp"

namespace nnft {

NetworkEnsemble::NetworkEnsemble(const Architecture& architecture, const SiteSet& sites, const Stream& stream,
                                 const OutputLayer& output, SimdPath path, const WeightDeformations& deformations)
    : FieldEnsemble(sites.size(), static_cast<int>(deformations.copies.size()), static_cast<int>(deformations.potentials.size())),
      width_(stream.width()),
      layer_(output),
      variates_(output.density, stream, path),
      kernels_(field_kernels(path)),
      sampler_(architecture.sampler(sites, stream, path, deformations)),
      features_(static_cast<std::size_t>(sampler_->tile() * sites.size() * batch_samples)),
      output_(static_cast<std::size_t>(sampler_->tile() * batch_samples)) {
  if (!(output.sigma_out > 0.0) || !std::isfinite(output.sigma_out))
    throw UsageError("NetworkEnsemble: expected sigma-out > 0, got " + std::to_string(output.sigma_out));
  if (!(output.sigma_out_bias >= 0.0) || !std::isfinite(output.sigma_out_bias))
    throw UsageError("NetworkEnsemble: expected sigma-out-bias >= 0, got " + std::to_string(output.sigma_out_bias));
}

template <class Draw, class Work>
void NetworkEnsemble::for_each_tile(std::uint64_t first_sample, Draw draw, Work work) {
  sampler_->start(first_sample);
  const auto tile = static_cast<std::uint32_t>(sampler_->tile());
  for (std::uint32_t first = 0; first < width_; first += tile) {
    const int count = static_cast<int>(std::min(tile, width_ - first));
    const TileShape shape{count, sites(), 0};
    sampler_->draw(first, count);
    draw(first, shape);
    for (int copy = 0; copy < copies(); ++copy) {
      sampler_->features(copy, features_.data());
      work(copy, shape);
    }
  }
}

void NetworkEnsemble::fields(std::uint64_t first_sample, double* fields) {
  const int size = copies() * sites() * batch_samples;
  std::fill_n(fields, size, 0.0);
  const auto draw_output = [&](std::uint32_t first, const TileShape& tile) {
    variates_({Purpose::output_weight, first_sample, first, tile.neurons}, output_.data());
  };
  for_each_tile(first_sample, draw_output, [&](int copy, const TileShape& tile) {
    kernels_.add_fields(tile, output_.data(), features_.data(), fields + copy * sites() * batch_samples);
  });
  const double scale = std::sqrt(kernel_scale());
  for (int k = 0; k < size; ++k) fields[k] *= scale;
  if (layer_.sigma_out_bias == 0.0) return;
  variates_({Purpose::output_bias, first_sample, 0, 1}, output_.data());
  for (int k = 0; k < size; ++k) fields[k] += layer_.sigma_out_bias * output_.data()[k % batch_samples];
}

void NetworkEnsemble::feature_products(std::uint64_t first_sample, double* sums) {
  std::fill_n(sums, copies() * pairs() * batch_samples, 0.0);
  const auto nothing_more = [](std::uint32_t, const TileShape&) {};
  for_each_tile(first_sample, nothing_more, [&](int copy, const TileShape& tile) {
    kernels_.add_kernels(tile, features_.data(), sums + copy * pairs() * batch_samples);
  });
}

std::vector<ParameterArray> NetworkEnsemble::parameters(std::uint64_t sample) {
  sampler_->start(sample);
  std::vector<ParameterArray> arrays = sampler_->parameters();
  const double scale = std::sqrt(kernel_scale());
  arrays.push_back({"output_weight", {width_}, first_of_batch(variates_, Purpose::output_weight, sample, width_, scale)});
  if (layer_.sigma_out_bias > 0.0)
    arrays.push_back({"output_bias", {1}, first_of_batch(variates_, Purpose::output_bias, sample, 1, layer_.sigma_out_bias)});
  return arrays;
}

}  // namespace nnft
