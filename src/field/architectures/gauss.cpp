#include "nnft/field/architectures/gauss.hpp"

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

#include "field/first_of_batch.hpp"
#include "field/tile_size.hpp"
#include "nnft/core/aligned_buffer.hpp"
#include "nnft/core/error.hpp"
#include "nnft/field/deformations/input_weights.hpp"
#include "nnft/field/field_kernels.hpp"
#include "nnft/random/variates.hpp"

namespace nnft {
namespace {

class GaussSampler final : public FeatureSampler {
 public:
  GaussSampler(const SiteSet& sites, const GaussSpec& spec, const Stream& stream, SimdPath path,
               const WeightDeformations& deformations)
      : spec_(spec),
        shape_{0, sites.size(), sites.dimension()},
        tile_(tile_size(sites.size() + sites.dimension() + 1)),
        stream_(stream),
        variates_(variate_kernels(path)),
        kernels_(field_kernels(path)),
        weight_scale_(spec.sigma_weight / std::sqrt(static_cast<double>(sites.dimension()))),
        sites_(static_cast<std::size_t>(sites.coordinates().size())),
        offsets_(static_cast<std::size_t>(sites.size())),
        weights_(
            deformations, {stream.width(), sites.dimension(), weight_scale_ * weight_scale_},
            [this](const VariateRequest& request, double* out) { variates_.normals(stream_, request, out); }, tile_),
        biases_(static_cast<std::size_t>(tile_ * batch_samples)) {
    const RowMatrix scaled = weight_scale_ * sites.coordinates();
    for (Eigen::Index k = 0; k < scaled.size(); ++k) sites_.data()[k] = scaled.data()[k];
    for (Eigen::Index p = 0; p < scaled.rows(); ++p)
      offsets_.data()[p] = -(spec.sigma_bias * spec.sigma_bias + scaled.row(p).squaredNorm());
  }

  void start(std::uint64_t first_sample) override {
    first_sample_ = first_sample;
    weights_.start(first_sample);
  }

  void draw(std::uint32_t first_neuron, int count) override {
    weights_.draw(first_neuron, count);
    if (spec_.sigma_bias > 0.0) variates_.normals(stream_, {Purpose::bias, first_sample_, first_neuron, count}, biases_.data());
    shape_.neurons = count;
  }

  void features(int copy, double* features) override {
    AffineMap exponent{weights_.weights(copy), sites_.data(), nullptr, spec_.sigma_bias, offsets_.data()};
    if (spec_.sigma_bias > 0.0) exponent.biases = biases_.data();
    kernels_.affine(shape_, exponent, features);
    kernels_.exponentials(shape_.neurons * shape_.sites * batch_samples, features);
  }

  void potentials(double* values) const override { weights_.potential_values(values); }

  std::vector<ParameterArray> parameters() override {
    const std::uint64_t n = stream_.width(), d = static_cast<std::uint64_t>(shape_.input_dim);
    const auto normals = [&](const VariateRequest& request, double* out) { variates_.normals(stream_, request, out); };
    std::vector<ParameterArray> arrays = {{"input_weight", {n, d}, weights_.of_first_network(weight_scale_)}};
    if (spec_.sigma_bias > 0.0)
      arrays.push_back({"bias", {n}, first_of_batch(normals, Purpose::bias, first_sample_, n, spec_.sigma_bias)});
    return arrays;
  }

  int tile() const noexcept override { return tile_; }

 private:
  GaussSpec spec_;
  TileShape shape_;
  int tile_;
  Stream stream_;
  const VariateKernels& variates_;
  const FieldKernels& kernels_;
  double weight_scale_;
  AlignedBuffer sites_;
  AlignedBuffer offsets_;
  InputWeights weights_;
  AlignedBuffer biases_;
  std::uint64_t first_sample_ = 0;
};

}  // namespace

GaussNet::GaussNet(const GaussSpec& spec) : spec_(spec) {
  if (!(spec.sigma_weight > 0.0) || !std::isfinite(spec.sigma_weight))
    throw UsageError("gauss: expected sigma-weight > 0, got " + std::to_string(spec.sigma_weight));
  if (!(spec.sigma_bias >= 0.0) || !std::isfinite(spec.sigma_bias))
    throw UsageError("gauss: expected sigma-bias >= 0, got " + std::to_string(spec.sigma_bias));
}

std::unique_ptr<FeatureSampler> GaussNet::sampler(const SiteSet& sites, const Stream& stream, SimdPath path,
                                                  const WeightDeformations& deformations) const {
  const auto weights = std::uint64_t{stream.width()} * static_cast<std::uint64_t>(sites.dimension());
  if (weights > std::numeric_limits<std::uint32_t>::max() - 64)
    throw UsageError("gauss: expected width times input-dim below 2^32, the input weights that a network's stream numbers, got " +
                     std::to_string(weights));
  return std::make_unique<GaussSampler>(sites, spec_, stream, path, deformations);
}

}  // namespace nnft
