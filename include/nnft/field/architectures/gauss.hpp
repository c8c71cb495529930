#pragma once
/// @file The gauss-net: h_i(x) = exp(W_i·x + b_i) / exp(σ_b² + σ_w²x²/d). Halverson, Maiti, Stoner, arXiv:2008.08601, §2.

#include "nnft/field/architecture.hpp"

namespace nnft {

/// W_i ~ N(0, σ_w²/d) per component, b_i ~ N(0, σ_b²). Its moments of high order have heavy tails.
struct GaussSpec {
  double sigma_weight = 1.0;  ///< > 0
  double sigma_bias = 0.0;    ///< >= 0
  bool operator==(const GaussSpec&) const = default;
};

class GaussNet final : public Architecture {
 public:
  /// @throws UsageError unless sigma_weight is positive and finite, sigma_bias not negative and finite.
  explicit GaussNet(const GaussSpec& spec);

  std::string_view name() const noexcept override { return "gauss"; }
  const GaussSpec& spec() const noexcept { return spec_; }
  using Architecture::sampler;
  std::unique_ptr<FeatureSampler> sampler(const SiteSet& sites, const Stream& stream, SimdPath path,
                                          const WeightDeformations& deformations) const override;

 private:
  GaussSpec spec_;
};

}  // namespace nnft
