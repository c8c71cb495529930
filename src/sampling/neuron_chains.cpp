#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "nnft/core/aligned_buffer.hpp"
#include "nnft/core/error.hpp"
#include "nnft/field/density_variates.hpp"
#include "nnft/field/field_kernels.hpp"
#include "nnft/sampling/chain_kernels.hpp"
#include "nnft/sampling/field_chains.hpp"
#include "nnft/sampling/operator_arrays.hpp"
#include "random/sign_flips.hpp"
#include "random/slice_bracket.hpp"

namespace nnft {
namespace {

std::size_t rows(std::int64_t count) { return static_cast<std::size_t>(count) * batch_samples; }

class NeuronChains final : public FieldChains {
 public:
  NeuronChains(const NeuronChainSpec& spec, const FieldOperator& op, const ChainMethod& method, const ChainNumbers& chains,
               SimdPath path)
      : op_(op),
        arrays_(operator_arrays(op_)),
        method_(method),
        first_chain_(chains.first),
        stream_(spec.stream.strided(chains.stride)),
        width_(static_cast<int>(stream_.width())),
        nodes_(op.nodes()),
        sites_(static_cast<int>(spec.sites.rows())),
        points_(nodes_ + sites_),
        scale_(spec.output.sigma_out / std::sqrt(static_cast<double>(width_))),
        outputs_(spec.output.density, stream_, path),
        variates_(variate_kernels(path)),
        field_kernels_(field_kernels(path)),
        kernels_(chain_kernels(path)),
        sampler_(spec.architecture.sampler(SiteSet(spec.grid, spec.sites), stream_, path)),
        tile_(sampler_->tile()),
        reference_(spec.reference_kernel),
        features_(rows(std::int64_t{width_} * points_)),
        output_(rows(width_ + 1)),
        births_(rows(width_)),
        fields_(rows(points_)),
        potential_(rows(1)),
        accepted_(rows(1)),
        proposals_(rows(std::int64_t{tile_} * points_)),
        proposed_output_(rows(tile_ + 1)),
        uniforms_(rows(tile_ + 1)),
        trial_(rows(points_)),
        squares_(rows(nodes_)),
        products_(rows(std::int64_t{sites_} * points_)),
        covariance_(rows(std::int64_t{sites_} * nodes_)),
        shift_(rows(reference_.size())),
        directions_(rows(method.rotate ? width_ + 1 : 0)),
        direction_field_(rows(method.rotate ? points_ : 0)) {
    if (method.rotate && spec.output.density.shape != DensityShape::normal)
      throw UsageError("neuron chains: expected normal output weights, which alone can be rotated");
  }

  void start() override {
    sampler_->start(sample(0));
    for_each_tile([&](std::uint32_t first, int count) {
      sampler_->draw(first, count);
      sampler_->features(0, features_.data() + rows(std::int64_t{first} * points_));
      draw_outputs(0, first, count, output_.data() + rows(first));
    });
    births_.fill(0.0);
    renew();
  }

  int state_size() const noexcept override { return 2 * width_; }

  void save(RowMatrix& state) const override {
    for (int c = 0; c < batch_samples; ++c)
      for (int i = 0; i < width_; ++i) {
        state(c, i) = births_.data()[i * batch_samples + c];
        state(c, width_ + i) = output_.data()[i * batch_samples + c];
      }
  }

  /// A neuron's features are those of the draw at its birth.
  void restore(const RowMatrix& state) override {
    AlignedBuffer pair(rows(2 * points_));
    for (int i = 0; i < width_; ++i)
      for (int c = 0; c < batch_samples; ++c) {
        births_.data()[i * batch_samples + c] = state(c, i);
        output_.data()[i * batch_samples + c] = state(c, width_ + i);
      }
    for (int i = 0; i < width_; i += 2)
      for (int k = i; k < std::min(i + 2, width_); ++k)
        for (int c = 0; c < batch_samples; ++c) {
          // Chains whose neuron was born at the same step are drawn together.
          const double birth = births_.data()[k * batch_samples + c];
          bool drawn = false;
          for (int before = 0; before < c; ++before) drawn = drawn || births_.data()[k * batch_samples + before] == birth;
          if (drawn) continue;
          sampler_->start(sample(static_cast<std::uint64_t>(birth)));
          sampler_->draw(static_cast<std::uint32_t>(i), std::min(2, width_ - i));
          sampler_->features(0, pair.data());
          for (int other = c; other < batch_samples; ++other)
            if (births_.data()[k * batch_samples + other] == birth)
              for (int p = 0; p < points_; ++p)
                features_.data()[rows(std::int64_t{k} * points_ + p) + static_cast<std::size_t>(other)] =
                    pair.data()[rows(std::int64_t{k - i} * points_ + p) + static_cast<std::size_t>(other)];
        }
    renew();
  }

  void renew() override {
    fields_.fill(0.0);
    field_kernels_.add_fields({width_, points_, 0}, output_.data(), features_.data(), fields_.data());
    kernels_.potential(arrays_, fields_.data(), squares_.data(), potential_.data());
  }

  void update(std::uint64_t step, bool measured) override {
    if (measured) products_.fill(0.0);
    accepted_.fill(0.0);
    if (method_.rotate) direction_field_.fill(0.0);
    sampler_->start(sample(step));
    for_each_tile([&](std::uint32_t first, int count) { sweep_tile(step, {first, count}, measured); });
    if (method_.independent) renew();
    for (int c = 0; c < batch_samples; ++c) accepted_.data()[c] = method_.independent ? 1.0 : accepted_.data()[c] / width_;
    if (method_.rotate) rotate(step);
  }

  const double* fields() const noexcept override { return fields_.data(); }
  const double* potential() const noexcept override { return potential_.data(); }
  const double* acceptance() const noexcept override { return accepted_.data(); }

  ConditionalCovariance covariance() override {
    const double variance = scale_ * scale_;
    int pair = 0;
    for (int s = 0; s < sites_; ++s) {
      const double* row = products_.data() + rows(std::int64_t{s} * points_);
      double* out = covariance_.data() + rows(std::int64_t{s} * nodes_);
      for (std::size_t k = 0; k < rows(nodes_); ++k) out[k] = variance * row[k];
      for (int t = s; t < sites_; ++t, ++pair)
        for (int c = 0; c < batch_samples; ++c)
          shift_.data()[pair * batch_samples + c] = variance * row[(nodes_ + t) * batch_samples + c] - reference_[pair];
    }
    return {covariance_.data(), shift_.data()};
  }
  RowMatrix common_covariance() const override { return {}; }

 private:
  struct Tile {
    std::uint32_t first;
    int count;
  };

  std::uint64_t sample(std::uint64_t step) const noexcept { return sample_of_step(step, first_chain_); }

  template <class Work>
  void for_each_tile(Work work) {
    for (int first = 0; first < width_; first += tile_) work(static_cast<std::uint32_t>(first), std::min(tile_, width_ - first));
  }

  void draw_outputs(std::uint64_t step, std::uint32_t first, int count, double* out) {
    outputs_({Purpose::output_weight, sample(step), first, count}, out);
    for (std::size_t k = 0; k < rows(count); ++k) out[k] *= scale_;
  }

  void sweep_tile(std::uint64_t step, const Tile& tile, bool measured) {
    sampler_->draw(tile.first, tile.count);
    sampler_->features(0, proposals_.data());
    draw_outputs(step, tile.first, tile.count, proposed_output_.data());
    if (!method_.independent)
      variates_.uniforms(stream_, {Purpose::acceptance, sample(step), tile.first, tile.count}, uniforms_.data());
    if (method_.rotate)
      variates_.normals(stream_, {Purpose::slice_direction, sample(step), tile.first, tile.count},
                        directions_.data() + rows(tile.first));
    for (int k = 0; k < tile.count; ++k) {
      const auto neuron = static_cast<int>(tile.first) + k;
      double* const features = features_.data() + rows(std::int64_t{neuron} * points_);
      const double* const proposed = proposals_.data() + rows(std::int64_t{k} * points_);
      if (method_.independent) {
        std::copy_n(proposed, rows(points_), features);
        std::copy_n(proposed_output_.data() + rows(k), batch_samples, output_.data() + rows(neuron));
        std::fill_n(births_.data() + rows(neuron), batch_samples, static_cast<double>(step));
      } else {
        kernels_.refresh(arrays_,
                         {proposed, proposed_output_.data() + rows(k), uniforms_.data() + rows(k), static_cast<double>(step)},
                         {points_, fields_.data(), potential_.data(), accepted_.data(), features, output_.data() + rows(neuron),
                          births_.data() + rows(neuron), trial_.data(), squares_.data()});
      }
      if (measured) kernels_.add_outer(nodes_, sites_, features, products_.data());
      if (!method_.rotate) continue;
      double* const direction = directions_.data() + rows(neuron);
      for (int c = 0; c < batch_samples; ++c) direction[c] *= scale_;
      field_kernels_.add_fields({1, points_, 0}, direction, features, direction_field_.data());
    }
  }

  /// a → a cos θ + ν sin θ at fixed hidden parameters, then a → −a or not: V is even.
  void rotate(std::uint64_t step) {
    SliceBracket bracket(variates_, stream_, sample(step));
    std::array<double, batch_samples> values{};
    bracket.close(field_kernels_.exponentials, potential_.data(), values, [&](const double* turns, double* potentials) {
      kernels_.rotate(points_, turns, fields_.data(), direction_field_.data(), trial_.data());
      kernels_.potential(arrays_, trial_.data(), squares_.data(), potentials);
    });
    std::copy_n(trial_.data(), rows(points_), fields_.data());
    std::copy_n(values.data(), batch_samples, potential_.data());
    kernels_.rotate(width_, bracket.turns(), output_.data(), directions_.data(), output_.data());
    const SignFlips flips(variates_, stream_, sample(step));
    flips.apply(width_, output_.data());
    flips.apply(points_, fields_.data());
  }

  FieldOperator op_;
  OperatorArrays arrays_;
  ChainMethod method_;
  std::uint64_t first_chain_;
  Stream stream_;
  int width_;
  int nodes_;
  int sites_;
  int points_;
  double scale_;  ///< σ_a/√N
  DensityVariates outputs_;
  const VariateKernels& variates_;
  const FieldKernels& field_kernels_;
  const ChainKernels& kernels_;
  std::unique_ptr<FeatureSampler> sampler_;
  int tile_;
  Vector reference_;
  AlignedBuffer features_;  ///< [neuron][point]
  AlignedBuffer output_;    ///< a, [neuron]
  AlignedBuffer births_;    ///< [neuron]
  AlignedBuffer fields_;
  AlignedBuffer potential_;
  AlignedBuffer accepted_;
  AlignedBuffer proposals_;
  AlignedBuffer proposed_output_;
  AlignedBuffer uniforms_;
  AlignedBuffer trial_;
  AlignedBuffer squares_;
  AlignedBuffer products_;  ///< Σ_i h_i(site)h_i(point)
  AlignedBuffer covariance_;
  AlignedBuffer shift_;
  AlignedBuffer directions_;       ///< ν, [neuron]
  AlignedBuffer direction_field_;  ///< Σ_i ν_i h_i
};

}  // namespace

std::unique_ptr<FieldChains> neuron_chains(const NeuronChainSpec& spec, const FieldOperator& op, const ChainMethod& method,
                                           const ChainNumbers& chains, SimdPath path) {
  return std::make_unique<NeuronChains>(spec, op, method, chains, path);
}

}  // namespace nnft
