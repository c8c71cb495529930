#pragma once
/// @file Multi-layer perceptrons h = σ(…σ(W¹σ(W⁰x + b⁰) + b¹)…). Depth 1 are the relu-, erf-, … nets of Halverson, Maiti, Stoner,
/// arXiv:2008.08601.

#include <cstdint>
#include <vector>

#include "nnft/field/activation.hpp"
#include "nnft/field/architecture.hpp"
#include "nnft/field/parameter_density.hpp"

namespace nnft {

/// What is drawn of the hidden layers above the first. Given the layer below, the pre-activations of the neurons of a layer with
/// normal weights are independent Gaussian fields of covariance (σ_w²/N) Σ_j h_j(x)h_j(y) + σ_b²: at S sites S normal numbers for
/// each neuron make them, where weights take N. The field at the sites has the same distribution.
enum class HiddenDraw { preactivations, weights };

/// What defines an mlp but for its width N, that of the last hidden layer.
struct MlpSpec {
  Activation activation = Activation::tanh;
  int depth = 1;                             ///< hidden layers, >= 1
  std::vector<std::uint32_t> hidden_widths;  ///< of the depth − 1 hidden layers before the last; empty: all are as wide as it
  double sigma_weight = 1.0;                 ///< σ_w > 0: weights of every hidden layer have variance σ_w²/fan-in
  double sigma_bias = 0.0;                   ///< σ_b >= 0: biases of hidden layers have variance σ_b²
  ParameterDensity density;                  ///< of weights and biases of hidden layers
  HiddenDraw draw = HiddenDraw::weights;     ///< preactivations: of normal density only

  bool operator==(const MlpSpec&) const = default;
  /// The width of hidden layer l = 0 … depth − 1 of a net of width N.
  std::uint32_t width(int layer, std::uint32_t last) const;
};

class MlpNet final : public Architecture {
 public:
  /// @throws UsageError unless every value is possible.
  explicit MlpNet(MlpSpec spec);

  std::string_view name() const noexcept override { return "mlp"; }
  const MlpSpec& spec() const noexcept { return spec_; }
  using Architecture::sampler;
  std::unique_ptr<FeatureSampler> sampler(const SiteSet& sites, const Stream& stream, SimdPath path,
                                          const WeightDeformations& deformations) const override;

 private:
  MlpSpec spec_;
};

}  // namespace nnft
