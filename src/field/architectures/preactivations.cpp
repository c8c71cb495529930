#include "field/architectures/preactivations.hpp"

#include <algorithm>
#include <cmath>

#include "field/tile_size.hpp"
#include "nnft/core/error.hpp"
#include "nnft/field/deformations/input_weights.hpp"
#include "nnft/field/density_variates.hpp"
#include "nnft/field/field_kernels.hpp"

namespace nnft {
namespace {

class PreactivationSampler final : public FeatureSampler {
 public:
  PreactivationSampler(const SiteSet& sites, const MlpSpec& spec, const Stream& stream, SimdPath path,
                       const WeightDeformations& deformations)
      : spec_(spec),
        shape_{0, sites.size(), sites.dimension()},
        pairs_(sites.size() * (sites.size() + 1) / 2),
        copies_(static_cast<int>(deformations.copies.size())),
        tile_(tile_size(2 * sites.size() + sites.dimension() + 1)),
        width_(stream.width()),
        variates_(spec.density, stream, path),
        kernels_(field_kernels(path)),
        sites_(scaled_copy(sites.coordinates(), first_weight_scale())),
        input_weights_(deformations, {spec.width(0, width_), sites.dimension(), first_weight_scale() * first_weight_scale()},
                       variates_, tile_),
        normals_(static_cast<std::size_t>((tile_ * sites.size() + 1) * batch_samples)),
        biases_(static_cast<std::size_t>((tile_ + 1) * batch_samples)),
        values_(static_cast<std::size_t>(tile_ * sites.size() * batch_samples)),
        covariances_(static_cast<std::size_t>(copies_) * copy_size()),
        factors_(static_cast<std::size_t>(copies_) * copy_size()) {}

  void start(std::uint64_t first_sample) override {
    first_sample_ = first_sample;
    input_weights_.start(first_sample);
    for (int layer = 0; layer + 1 < spec_.depth; ++layer) {
      covariances_.fill(0.0);
      const std::uint32_t width = spec_.width(layer, width_);
      for (std::uint32_t first = 0; first < width; first += static_cast<std::uint32_t>(tile_)) {
        draw_tile(layer, first, static_cast<int>(std::min(static_cast<std::uint32_t>(tile_), width - first)));
        for (int copy = 0; copy < copies_; ++copy) {
          fill_tile(layer, copy, values_.data());
          kernels_.add_kernels(shape_, values_.data(), covariances_.data() + static_cast<std::size_t>(copy) * copy_size());
        }
      }
      for (int copy = 0; copy < copies_; ++copy)
        triangular_factors(shape_.sites, spec_.sigma_weight * spec_.sigma_weight / width,
                           covariances_.data() + static_cast<std::size_t>(copy) * copy_size(), factor(copy));
    }
  }

  void draw(std::uint32_t first_neuron, int count) override { draw_tile(spec_.depth - 1, first_neuron, count); }
  void features(int copy, double* features) override { fill_tile(spec_.depth - 1, copy, features); }
  void potentials(double* values) const override { input_weights_.potential_values(values); }

  std::vector<ParameterArray> parameters() override {
    throw UsageError(
        "mlp: expected field.hidden-draw = weights, since with preactivations the weights of layers above the first are not "
        "drawn");
  }

  int tile() const noexcept override { return tile_; }

 private:
  double first_weight_scale() const { return spec_.sigma_weight / std::sqrt(static_cast<double>(shape_.input_dim)); }
  std::size_t copy_size() const { return static_cast<std::size_t>(pairs_ * batch_samples); }
  double* factor(int copy) { return factors_.data() + static_cast<std::size_t>(copy) * copy_size(); }

  /// The random numbers of neurons first … first + count − 1 of a layer, first even.
  void draw_tile(int layer, std::uint32_t first, int count) {
    shape_.neurons = count;
    if (layer == 0)
      input_weights_.draw(first, count);
    else
      variates_({hidden_weight(layer), first_sample_, first * static_cast<std::uint32_t>(shape_.sites), count * shape_.sites},
                normals_.data());
    if (spec_.sigma_bias > 0.0)
      variates_({layer == 0 ? Purpose::bias : hidden_bias(layer), first_sample_, first, count}, biases_.data());
  }

  /// out[neuron][site][sample] of one copy of the neurons drawn last.
  void fill_tile(int layer, int copy, double* out) {
    const double* biases = spec_.sigma_bias > 0.0 ? biases_.data() : nullptr;
    if (layer == 0)
      kernels_.affine(shape_, {input_weights_.weights(copy), sites_.data(), biases, spec_.sigma_bias}, out);
    else
      kernels_.correlate(shape_, {normals_.data(), factor(copy), biases, spec_.sigma_bias}, out);
    kernels_.activate(spec_.activation, shape_.neurons * shape_.sites * batch_samples, out);
  }

  MlpSpec spec_;
  TileShape shape_;
  int pairs_;
  int copies_;
  int tile_;
  std::uint32_t width_;
  DensityVariates variates_;
  const FieldKernels& kernels_;
  AlignedBuffer sites_;
  InputWeights input_weights_;
  AlignedBuffer normals_;
  AlignedBuffer biases_;
  AlignedBuffer values_;
  AlignedBuffer covariances_;  ///< [copy][pair][sample] Σ_j h_j(x)h_j(y) of the layer that start() works on
  AlignedBuffer factors_;      ///< [copy][pair][sample] of the layer below the one that is drawn
  std::uint64_t first_sample_ = 0;
};

}  // namespace

std::unique_ptr<FeatureSampler> preactivation_sampler(const SiteSet& sites, const MlpSpec& spec, const Stream& stream,
                                                      SimdPath path, const WeightDeformations& deformations) {
  return std::make_unique<PreactivationSampler>(sites, spec, stream, path, deformations);
}

AlignedBuffer scaled_copy(const RowMatrix& matrix, double scale) {
  AlignedBuffer scaled(static_cast<std::size_t>(matrix.size()));
  for (Eigen::Index k = 0; k < matrix.size(); ++k) scaled.data()[k] = matrix.data()[k] * scale;
  return scaled;
}

void triangular_factors(int sites, double scale, const double* covariance, double* factor) {
  constexpr double rounding = 1e-15;  // of a pivot, relative to the variance
  const auto entry = [&](int x, int y) { return factor + (x * (x + 1) / 2 + y) * batch_samples; };
  const auto given = [&](int x, int y) {  // y <= x
    return covariance + (y * sites - y * (y - 1) / 2 + (x - y)) * batch_samples;
  };
  for (int x = 0; x < sites; ++x)
    for (int y = 0; y <= x; ++y) {
      double* out = entry(x, y);
      const double* in = given(x, y);
      for (int s = 0; s < batch_samples; ++s) out[s] = scale * in[s];
      for (int k = 0; k < y; ++k)
        for (int s = 0; s < batch_samples; ++s) out[s] -= entry(x, k)[s] * entry(y, k)[s];
      const double *variance = given(x, x), *pivot = entry(y, y);
      for (int s = 0; s < batch_samples; ++s) {
        if (x == y)
          out[s] = out[s] > rounding * scale * variance[s] ? std::sqrt(out[s]) : 0.0;
        else
          out[s] = pivot[s] > 0.0 ? out[s] / pivot[s] : 0.0;
      }
    }
}

}  // namespace nnft
