#include "nnft/field/architectures/free_scalar.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <string>

#include "field/first_of_batch.hpp"
#include "field/momentum_radius.hpp"
#include "field/tile_size.hpp"
#include "field/waves.hpp"
#include "nnft/core/aligned_buffer.hpp"
#include "nnft/core/error.hpp"
#include "nnft/core/portable_math.hpp"
#include "nnft/field/field_kernels.hpp"
#include "nnft/random/variates.hpp"

namespace nnft {
namespace {

constexpr double turn = 2.0 * std::numbers::pi;

class FreeScalarSampler final : public FeatureSampler {
 public:
  FreeScalarSampler(const SiteSet& sites, const FreeScalarSpec& spec, const Stream& stream, SimdPath path)
      : spec_(spec),
        shape_{0, sites.size(), sites.dimension()},
        tile_(tile_size(sites.size() + 2 * sites.dimension() + 2)),
        stream_(stream),
        variates_(variate_kernels(path)),
        kernels_(field_kernels(path)),
        radius_(sites.dimension(), spec.momentum_exponent, spec.cutoff / spec.mass),
        amplitude_(spec.amplitude(sites.dimension())),
        largest_square_(spec.cutoff * spec.cutoff + spec.mass * spec.mass),
        waves_(sites, [](double x) { return x / turn; }),
        uniforms_(static_cast<std::size_t>(tile_ * ball_uniforms(sites.dimension()) * batch_samples)),
        radii_(static_cast<std::size_t>(tile_ * batch_samples)),
        momenta_(static_cast<std::size_t>(tile_ * sites.dimension() * batch_samples)),
        phases_(static_cast<std::size_t>(tile_ * batch_samples)) {
    if (general_exponent()) amplitude_ *= static_cast<double>(portable_power(largest_square_, 0.5 * spec.momentum_exponent));
  }

  void start(std::uint64_t first_sample) override { first_sample_ = first_sample; }

  void draw(std::uint32_t first_neuron, int count) override {
    draw_momenta(first_neuron, count);
    variates_.uniforms(stream_, {Purpose::phase, first_sample_, first_neuron, count}, phases_.data());
    radii_to_amplitudes(count);
  }

  void features(int, double* features) override {
    kernels_.cosines(shape_, waves_.where(), momenta_.data(), phases_.data(), features);
    kernels_.multiply(shape_, radii_.data(), features);
  }

  void potentials(double*) const override {}

  std::vector<ParameterArray> parameters() override {
    const std::uint64_t n = stream_.width(), d = static_cast<std::uint64_t>(shape_.input_dim);
    const auto uniforms = [&](const VariateRequest& request, double* out) { variates_.uniforms(stream_, request, out); };
    ParameterArray momenta{"momentum", {n, d}, {}};
    for (std::uint32_t first = 0; first < n; first += static_cast<std::uint32_t>(tile_)) {
      const int count = static_cast<int>(std::min<std::uint64_t>(static_cast<std::uint64_t>(tile_), n - first));
      draw_momenta(first, count);
      for (int k = 0; k < count * shape_.input_dim; ++k) momenta.values.push_back(momenta_.data()[k * batch_samples]);
    }
    return {momenta, {"phase", {n}, first_of_batch(uniforms, Purpose::phase, first_sample_, n, turn)}};
  }

  int tile() const noexcept override { return tile_; }

 private:
  bool general_exponent() const { return spec_.momentum_exponent != -1.0 && spec_.momentum_exponent != 0.0; }

  /// Fills radii_ and momenta_; variates ball_uniforms(d)·i and up of Purpose::momentum make the momentum of neuron i.
  void draw_momenta(std::uint32_t first_neuron, int count) {
    const int each = ball_uniforms(shape_.input_dim);
    shape_.neurons = count;
    variates_.uniforms(stream_, {Purpose::momentum, first_sample_, first_neuron * static_cast<std::uint32_t>(each), count * each},
                       uniforms_.data());
    kernels_.ball_distances(shape_, uniforms_.data(), radii_.data());
    for (int k = 0; k < count * batch_samples; ++k) radii_.data()[k] = spec_.mass * radius_(radii_.data()[k]);
    kernels_.ball_points(shape_, uniforms_.data(), radii_.data(), momenta_.data());
  }

  /// radii_ become A (p² + m²)^(e/2).
  void radii_to_amplitudes(int count) {
    const int size = count * batch_samples;
    double* value = radii_.data();
    const double mass_square = spec_.mass * spec_.mass;
    if (spec_.momentum_exponent == 0.0) {
      std::fill_n(value, size, amplitude_);
    } else if (spec_.momentum_exponent == -1.0) {
      for (int k = 0; k < size; ++k) value[k] = amplitude_ / std::sqrt(value[k] * value[k] + mass_square);
    } else {
      for (int k = 0; k < size; ++k) value[k] = (value[k] * value[k] + mass_square) / largest_square_;
      kernels_.powers(size, 0.5 * spec_.momentum_exponent, value);
      for (int k = 0; k < size; ++k) value[k] *= amplitude_;
    }
  }

  FreeScalarSpec spec_;
  TileShape shape_;
  int tile_;
  Stream stream_;
  const VariateKernels& variates_;
  const FieldKernels& kernels_;
  MomentumRadius radius_;
  double amplitude_;       ///< A, times (Λ² + m²)^(e/2) for a general exponent
  double largest_square_;  ///< Λ² + m²
  Waves waves_;
  AlignedBuffer uniforms_;
  AlignedBuffer radii_;
  AlignedBuffer momenta_;
  AlignedBuffer phases_;
  std::uint64_t first_sample_ = 0;
};

void require_dimension(int input_dim) {
  if (input_dim < 1 || input_dim > 3)
    throw UsageError("free-scalar: expected input-dim 1, 2 or 3, got " + std::to_string(input_dim));
}

}  // namespace

double FreeScalarSpec::momentum_norm(int input_dim) const {
  require_dimension(input_dim);
  const double sphere = input_dim == 1 ? 2.0 : input_dim == 2 ? turn : 2.0 * turn;
  const long double units = portable_power(mass, input_dim - 2.0 - 2.0 * momentum_exponent);
  return static_cast<double>(sphere * units *
                             radial_integral(input_dim, momentum_exponent, static_cast<long double>(cutoff) / mass));
}

double FreeScalarSpec::amplitude(int input_dim) const {
  double volume = 1.0;
  for (int j = 0; j < input_dim; ++j) volume *= turn;
  return std::sqrt(2.0 * momentum_norm(input_dim) / volume);
}

FreeScalarNet::FreeScalarNet(const FreeScalarSpec& spec) : spec_(spec) {
  const auto require_positive = [](const char* key, double value) {
    if (!(value > 0.0) || !std::isfinite(value))
      throw UsageError(std::string("free-scalar: expected ") + key + " > 0, got " + std::to_string(value));
  };
  require_positive("mass", spec.mass);
  require_positive("cutoff", spec.cutoff);
  if (!(spec.momentum_exponent >= -1.0 && spec.momentum_exponent <= 0.0))
    throw UsageError("free-scalar: expected momentum-exponent from -1 to 0, got " + std::to_string(spec.momentum_exponent));
}

std::unique_ptr<FeatureSampler> FreeScalarNet::sampler(const SiteSet& sites, const Stream& stream, SimdPath path,
                                                       const WeightDeformations& deformations) const {
  require_dimension(sites.dimension());
  if (deformations.copies.size() != 1 || deformations.copies.front().strength != 0.0 || !deformations.potentials.empty())
    throw UsageError("free-scalar: expected no deformation of the weights, since its momenta are no normal weights");
  constexpr double largest_phase = 1e9;  // rounding 2^-53 of it is 1e-7
  const double reach = spec_.cutoff * sites.coordinates().rowwise().norm().maxCoeff();
  if (!(reach <= largest_phase))
    throw UsageError("free-scalar: expected sites with cutoff·|x| below " + std::to_string(largest_phase) +
                     " (beyond it the phase p·x has no accurate digits), got " + std::to_string(reach));
  return std::make_unique<FreeScalarSampler>(sites, spec_, stream, path);
}

}  // namespace nnft
