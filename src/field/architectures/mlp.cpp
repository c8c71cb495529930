#include "nnft/field/architectures/mlp.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "field/architectures/preactivations.hpp"
#include "field/first_of_batch.hpp"
#include "field/tile_size.hpp"
#include "nnft/core/aligned_buffer.hpp"
#include "nnft/core/error.hpp"
#include "nnft/field/deformations/input_weights.hpp"
#include "nnft/field/density_variates.hpp"
#include "nnft/field/field_kernels.hpp"

namespace nnft {
namespace {

/// Neurons of the layer below whose weights are drawn at a time; even.
constexpr std::uint32_t chunk_neurons = 32;

class MlpSampler final : public FeatureSampler {
 public:
  MlpSampler(const SiteSet& sites, const MlpSpec& spec, const Stream& stream, SimdPath path,
             const WeightDeformations& deformations)
      : spec_(spec),
        shape_{0, sites.size(), sites.dimension()},
        copies_(static_cast<int>(deformations.copies.size())),
        tile_(tile_size(sites.size() + sites.dimension() + 1)),
        width_(stream.width()),
        variates_(spec.density, stream, path),
        kernels_(field_kernels(path)),
        sites_(scaled_copy(sites.coordinates(), weight_scale(0))),
        input_weights_(deformations, {layer_width(0), sites.dimension(), weight_scale(0) * weight_scale(0)}, variates_, tile_),
        weights_(static_cast<std::size_t>(chunk_neurons + 2) * batch_samples),
        biases_(static_cast<std::size_t>(tile_ * batch_samples)),
        below_(kept_neurons() * row_size()),
        above_(spec.depth > 2 ? kept_neurons() * row_size() : 0),
        last_(several_deep_copies() ? static_cast<std::size_t>(tile_) * row_size() : 0),
        tile_values_(several_deep_copies() ? static_cast<std::size_t>(tile_) * site_rows() : 0) {}

  void start(std::uint64_t first_sample) override {
    first_sample_ = first_sample;
    input_weights_.start(first_sample);
    for (int layer = 0; layer + 1 < spec_.depth; ++layer) {
      AlignedBuffer& out = layer == 0 ? below_ : above_;
      const std::uint32_t width = layer_width(layer);
      for (std::uint32_t first = 0; first < width; first += static_cast<std::uint32_t>(tile_)) {
        const int count = static_cast<int>(std::min(static_cast<std::uint32_t>(tile_), width - first));
        if (layer == 0)
          compute_first(first, count, out.data() + first * row_size());
        else
          compute(layer, first, count, out.data() + first * row_size());
      }
      if (layer > 0) std::swap(below_, above_);
    }
  }

  void draw(std::uint32_t first_neuron, int count) override {
    first_neuron_ = first_neuron;
    shape_.neurons = count;
    if (spec_.depth == 1) {
      input_weights_.draw(first_neuron, count);
      draw_biases(0, first_neuron, count);
    } else if (copies_ > 1) {
      compute(spec_.depth - 1, first_neuron, count, last_.data());
    }
  }

  void features(int copy, double* features) override {
    if (spec_.depth == 1) {
      first_layer(copy, features);
    } else if (copies_ == 1) {
      compute(spec_.depth - 1, first_neuron_, shape_.neurons, features);
    } else {
      copy_rows({last_.data(), static_cast<std::size_t>(copy) * site_rows(), row_size()}, {features, 0, site_rows()});
    }
  }

  void potentials(double* values) const override { input_weights_.potential_values(values); }

  std::vector<ParameterArray> parameters() override {
    std::vector<ParameterArray> arrays;
    for (int layer = 0; layer < spec_.depth; ++layer) {
      const std::uint64_t n = layer_width(layer), below = fan_in(layer);
      const std::string number = layer == 0 ? "" : std::to_string(layer);
      arrays.push_back({layer == 0 ? "input_weight" : "hidden_weight" + number,
                        {n, below},
                        layer == 0
                            ? input_weights_.of_first_network(weight_scale(0))
                            : first_of_batch(variates_, hidden_weight(layer), first_sample_, n * below, weight_scale(layer))});
      if (spec_.sigma_bias > 0.0)
        arrays.push_back({layer == 0 ? "bias" : "hidden_bias" + number,
                          {n},
                          first_of_batch(variates_, bias_purpose(layer), first_sample_, n, spec_.sigma_bias)});
    }
    return arrays;
  }

  int tile() const noexcept override { return tile_; }

 private:
  static Purpose bias_purpose(int layer) { return layer == 0 ? Purpose::bias : hidden_bias(layer); }

  std::uint32_t layer_width(int layer) const { return spec_.width(layer, width_); }
  std::uint32_t fan_in(int layer) const {
    return layer == 0 ? static_cast<std::uint32_t>(shape_.input_dim) : layer_width(layer - 1);
  }
  double weight_scale(int layer) const { return spec_.sigma_weight / std::sqrt(static_cast<double>(fan_in(layer))); }
  /// Values of one neuron of one copy: [site][sample].
  std::size_t site_rows() const { return static_cast<std::size_t>(shape_.sites * batch_samples); }
  /// Values of one neuron: [copy][site][sample]. Layers above the first treat copies as further sites.
  std::size_t row_size() const { return static_cast<std::size_t>(copies_) * site_rows(); }
  bool several_deep_copies() const { return spec_.depth > 1 && copies_ > 1; }
  /// The largest width of a layer before the last.
  std::size_t kept_neurons() const {
    std::uint32_t most = 0;
    for (int layer = 0; layer + 1 < spec_.depth; ++layer) most = std::max(most, layer_width(layer));
    return most;
  }

  /// Values of a tile's neurons, one row each, `step` apart.
  template <class Value>
  struct Rows {
    Value* first;
    std::size_t offset;
    std::size_t step;
  };

  /// One copy's [site][sample] of every neuron of the tile.
  void copy_rows(Rows<const double> from, Rows<double> to) const {
    for (int k = 0; k < shape_.neurons; ++k)
      std::copy_n(from.first + static_cast<std::size_t>(k) * from.step + from.offset, site_rows(),
                  to.first + static_cast<std::size_t>(k) * to.step + to.offset);
  }

  const double* draw_biases(int layer, std::uint32_t first, int count) {
    if (spec_.sigma_bias == 0.0) return nullptr;
    variates_({bias_purpose(layer), first_sample_, first, count}, biases_.data());
    return biases_.data();
  }

  /// out[neuron][site][sample] of the tile of the first layer whose weights and biases were drawn last.
  void first_layer(int copy, double* out) {
    const double* biases = spec_.sigma_bias > 0.0 ? biases_.data() : nullptr;
    kernels_.affine(shape_, {input_weights_.weights(copy), sites_.data(), biases, spec_.sigma_bias}, out);
    kernels_.activate(spec_.activation, shape_.neurons * shape_.sites * batch_samples, out);
  }

  /// out[neuron][copy][site][sample] of neurons of the first layer of a deep net.
  void compute_first(std::uint32_t first, int count, double* out) {
    shape_.neurons = count;
    input_weights_.draw(first, count);
    draw_biases(0, first, count);
    if (copies_ == 1) return first_layer(0, out);
    for (int copy = 0; copy < copies_; ++copy) {
      first_layer(copy, tile_values_.data());
      copy_rows({tile_values_.data(), 0, site_rows()}, {out, static_cast<std::size_t>(copy) * site_rows(), row_size()});
    }
  }

  /// out[neuron][copy][site][sample] of neurons first … first + count − 1 of a layer above the first, first even.
  void compute(int layer, std::uint32_t first, int count, double* out) {
    const TileShape all_copies{count, copies_ * shape_.sites, 0};
    const double* biases = draw_biases(layer, first, count);
    for (int k = 0; k < count; ++k)
      add_weighted_inputs(layer, first + static_cast<std::uint32_t>(k), out + static_cast<std::size_t>(k) * row_size());
    kernels_.scale_and_shift(all_copies, weight_scale(layer), spec_.sigma_bias, biases, out);
    kernels_.activate(spec_.activation, count * all_copies.sites * batch_samples, out);
  }

  /// sums[copy][site][sample] = Σ_j W_neuron,j h_j of the layer below, unscaled weights, j in order.
  void add_weighted_inputs(int layer, std::uint32_t neuron, double* sums) {
    const std::uint32_t inputs = fan_in(layer);
    std::fill_n(sums, row_size(), 0.0);
    for (std::uint32_t j = 0; j < inputs;) {
      const std::uint32_t variate = neuron * inputs + j;
      const std::uint32_t skipped = variate % 2;  // requests begin at even variates
      const std::uint32_t count = std::min(chunk_neurons - skipped, inputs - j);
      variates_({hidden_weight(layer), first_sample_, variate - skipped, static_cast<int>(count + skipped)}, weights_.data());
      kernels_.add_fields({static_cast<int>(count), copies_ * shape_.sites, 0}, weights_.data() + skipped * batch_samples,
                          below_.data() + j * row_size(), sums);
      j += count;
    }
  }

  MlpSpec spec_;
  TileShape shape_;
  int copies_;
  int tile_;
  std::uint32_t width_;
  DensityVariates variates_;
  const FieldKernels& kernels_;
  AlignedBuffer sites_;
  InputWeights input_weights_;
  AlignedBuffer weights_;  ///< of a layer above the first
  AlignedBuffer biases_;
  AlignedBuffer below_;        ///< outputs [neuron][copy][site][sample] of the last layer that start() computed
  AlignedBuffer above_;        ///< of the one that it is computing
  AlignedBuffer last_;         ///< of the tile of the last layer that was drawn last, if there are several copies
  AlignedBuffer tile_values_;  ///< of one copy of a tile of the first layer
  std::uint32_t first_neuron_ = 0;
  std::uint64_t first_sample_ = 0;
};

void require(bool good, const std::string& expected, const std::string& got) {
  if (!good) throw UsageError("mlp: expected " + expected + ", got " + got);
}

}  // namespace

std::uint32_t MlpSpec::width(int layer, std::uint32_t last) const {
  return layer + 1 == depth || hidden_widths.empty() ? last : hidden_widths[static_cast<std::size_t>(layer)];
}

MlpNet::MlpNet(MlpSpec spec) : spec_(std::move(spec)) {
  constexpr int deepest = max_stream_layers + 1;
  require(spec_.depth >= 1 && spec_.depth <= deepest, "depth from 1 to " + std::to_string(deepest), std::to_string(spec_.depth));
  require(spec_.hidden_widths.empty() || spec_.hidden_widths.size() + 1 == static_cast<std::size_t>(spec_.depth),
          "a width for each of " + std::to_string(spec_.depth - 1) + " hidden layers before the last",
          std::to_string(spec_.hidden_widths.size()));
  for (const std::uint32_t width : spec_.hidden_widths)
    require(width >= 1 && width <= max_stream_width, "hidden widths from 1 to " + std::to_string(max_stream_width),
            std::to_string(width));
  require(spec_.sigma_weight > 0.0 && std::isfinite(spec_.sigma_weight), "sigma-weight > 0", std::to_string(spec_.sigma_weight));
  require(spec_.sigma_bias >= 0.0 && std::isfinite(spec_.sigma_bias), "sigma-bias >= 0", std::to_string(spec_.sigma_bias));
  require_variance(spec_.density);
  require(spec_.draw == HiddenDraw::weights || spec_.density.shape == DensityShape::normal,
          "normal weights where pre-activations are drawn instead of them", std::string(to_string(spec_.density.shape)));
}

std::unique_ptr<FeatureSampler> MlpNet::sampler(const SiteSet& sites, const Stream& stream, SimdPath path,
                                                const WeightDeformations& deformations) const {
  std::uint64_t inputs = static_cast<std::uint64_t>(sites.dimension());
  for (int layer = 0; layer < spec_.depth; ++layer) {
    const std::uint64_t width = spec_.width(layer, stream.width());
    if (layer > 0 && spec_.draw == HiddenDraw::preactivations) inputs = static_cast<std::uint64_t>(sites.size());
    require(width * inputs <= std::numeric_limits<std::uint32_t>::max() - 64,
            "fewer than 2^32 weights in a layer, which a network's stream can number", std::to_string(width * inputs));
    inputs = width;
  }
  constexpr double largest_argument = 1e9;  // of the sine, beyond which it has no accurate digits
  const double reach = 8.5 * spec_.sigma_weight * sites.coordinates().rowwise().lpNorm<1>().maxCoeff();
  if (spec_.activation == Activation::sin || spec_.activation == Activation::cos)
    require(reach <= largest_argument, "sites with sigma-weight·|x| below " + std::to_string(largest_argument / 8.5),
            std::to_string(reach / 8.5));
  if (spec_.depth > 1 && spec_.draw == HiddenDraw::preactivations)
    return preactivation_sampler(sites, spec_, stream, path, deformations);
  return std::make_unique<MlpSampler>(sites, spec_, stream, path, deformations);
}

}  // namespace nnft
