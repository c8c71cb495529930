#pragma once
/// @file The cos-net: h_i(x) = cos(W_i·x + b_i). Halverson, Maiti, Stoner, arXiv:2008.08601; Demirtas et al., arXiv:2307.03223.

#include "nnft/field/architecture.hpp"

namespace nnft {

/// W_i ~ N(0, σ_w²/d) per component, b_i ~ U[−π, π].
class CosNet final : public Architecture {
 public:
  /// @throws UsageError unless sigma_weight is positive and finite.
  explicit CosNet(double sigma_weight);

  std::string_view name() const noexcept override { return "cos"; }
  double sigma_weight() const noexcept { return sigma_weight_; }
  /// @throws UsageError if a site is so far out that the phase W·x + b cannot be resolved to 1e-6 in double precision.
  using Architecture::sampler;
  std::unique_ptr<FeatureSampler> sampler(const SiteSet& sites, const Stream& stream, SimdPath path,
                                          const WeightDeformations& deformations) const override;

 private:
  double sigma_weight_;
};

}  // namespace nnft
