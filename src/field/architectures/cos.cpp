#include "nnft/field/architectures/cos.hpp"

#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>
#include <string>

#include "field/first_of_batch.hpp"
#include "field/tile_size.hpp"
#include "field/waves.hpp"
#include "nnft/core/aligned_buffer.hpp"
#include "nnft/core/error.hpp"
#include "nnft/field/deformations/input_weights.hpp"
#include "nnft/field/field_kernels.hpp"
#include "nnft/random/variates.hpp"

namespace nnft {
namespace {

/// What makes a standard normal weight times a coordinate a number of turns.
double wave_unit(const SiteSet& sites, double sigma_weight) {
  return sigma_weight / (std::sqrt(static_cast<double>(sites.dimension())) * 2.0 * std::numbers::pi);
}

class CosSampler final : public FeatureSampler {
 public:
  CosSampler(const SiteSet& sites, double sigma_weight, const Stream& stream, SimdPath path,
             const WeightDeformations& deformations)
      : shape_{0, sites.size(), sites.dimension()},
        tile_(tile_size(sites.size() + sites.dimension() + 1)),
        stream_(stream),
        variates_(variate_kernels(path)),
        kernels_(field_kernels(path)),
        weight_scale_(sigma_weight / std::sqrt(static_cast<double>(sites.dimension()))),
        waves_(sites, [unit = wave_unit(sites, sigma_weight)](double x) { return x * unit; }),
        weights_(
            deformations, {stream.width(), sites.dimension(), weight_scale_ * weight_scale_},
            [this](const VariateRequest& request, double* out) { variates_.normals(stream_, request, out); }, tile_),
        phases_(static_cast<std::size_t>(tile_ * batch_samples)) {}

  void start(std::uint64_t first_sample) override {
    first_sample_ = first_sample;
    weights_.start(first_sample);
  }

  void draw(std::uint32_t first_neuron, int count) override {
    weights_.draw(first_neuron, count);
    variates_.uniforms(stream_, {Purpose::phase, first_sample_, first_neuron, count}, phases_.data());
    shape_.neurons = count;
  }

  void features(int copy, double* features) override {
    kernels_.cosines(shape_, waves_.where(), weights_.weights(copy), phases_.data(), features);
  }

  void potentials(double* values) const override { weights_.potential_values(values); }

  std::vector<ParameterArray> parameters() override {
    const std::uint64_t n = stream_.width(), d = static_cast<std::uint64_t>(shape_.input_dim);
    const auto uniforms = [&](const VariateRequest& request, double* out) { variates_.uniforms(stream_, request, out); };
    return {
        {"input_weight", {n, d}, weights_.of_first_network(weight_scale_)},
        {"phase", {n}, first_of_batch(uniforms, Purpose::phase, first_sample_, n, 2.0 * std::numbers::pi)},
    };
  }

  int tile() const noexcept override { return tile_; }

 private:
  TileShape shape_;
  int tile_;
  Stream stream_;
  const VariateKernels& variates_;
  const FieldKernels& kernels_;
  double weight_scale_;
  Waves waves_;
  InputWeights weights_;
  AlignedBuffer phases_;
  std::uint64_t first_sample_ = 0;
};

}  // namespace

CosNet::CosNet(double sigma_weight) : sigma_weight_(sigma_weight) {
  if (!(sigma_weight > 0.0) || !std::isfinite(sigma_weight))
    throw UsageError("cos: expected sigma-weight > 0, got " + std::to_string(sigma_weight));
}

std::unique_ptr<FeatureSampler> CosNet::sampler(const SiteSet& sites, const Stream& stream, SimdPath path,
                                                const WeightDeformations& deformations) const {
  const auto weights = std::uint64_t{stream.width()} * static_cast<std::uint64_t>(sites.dimension());
  if (weights > std::numeric_limits<std::uint32_t>::max() - 64)
    throw UsageError("cos: expected width times input-dim below 2^32, the input weights that a network's stream numbers, got " +
                     std::to_string(weights));
  constexpr double largest_phase = 1e9;  // rounding 2^-53 of it is 1e-7
  const double reach = 8.5 * sigma_weight_ * sites.coordinates().rowwise().lpNorm<1>().maxCoeff();
  if (reach > largest_phase)
    throw UsageError("cos: expected sites with sigma-weight·|x| below " + std::to_string(largest_phase / 8.5) +
                     " (beyond it the phase W·x has no accurate digits), got " + std::to_string(reach / 8.5));
  return std::make_unique<CosSampler>(sites, sigma_weight_, stream, path, deformations);
}

}  // namespace nnft
