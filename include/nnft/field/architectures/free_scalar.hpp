#pragma once
/// @file The net whose infinite-width limit is the free scalar field with a momentum cutoff. Halverson, talk "φ⁴ theory as a
/// neural network field theory"; Zhang, arXiv:2604.27050 (momentum exponent).

#include "nnft/field/architecture.hpp"

namespace nnft {

/// h_i(x) = A (p_i² + m²)^{e/2} cos(p_i·x + c_i), c_i ~ U[−π, π], p_i in the ball |p| < Λ of R^d with density
/// ∝ (p² + m²)^{−(1+e)}. A is such that G₂ = σ_a²∫_{|p|<Λ} d^dp/(2π)^d e^{ip(x−y)}/(p² + m²) for every e: e = −1 has momenta
/// uniform in the ball and the propagator in the amplitude; e = 0 has the propagator in the momenta and constant amplitude.
struct FreeScalarSpec {
  double mass = 1.0;                ///< m > 0, in inverse units of length
  double cutoff = 1.0;              ///< Λ > 0, in inverse units of length
  double momentum_exponent = -1.0;  ///< e, from −1 to 0
  bool operator==(const FreeScalarSpec&) const = default;

  /// Z_e = ∫_{|p|<Λ} d^dp (p² + m²)^{−(1+e)}, d = 1, 2, 3, by quadrature to 1e-14 or in closed form.
  double momentum_norm(int input_dim) const;
  /// A = √(2 Z_e/(2π)^d).
  double amplitude(int input_dim) const;
};

class FreeScalarNet final : public Architecture {
 public:
  /// @throws UsageError unless mass and cutoff are positive and finite and −1 <= momentum_exponent <= 0.
  explicit FreeScalarNet(const FreeScalarSpec& spec);

  std::string_view name() const noexcept override { return "free-scalar"; }
  const FreeScalarSpec& spec() const noexcept { return spec_; }
  /// @throws UsageError if the sites are not in 1, 2 or 3 dimensions.
  using Architecture::sampler;
  std::unique_ptr<FeatureSampler> sampler(const SiteSet& sites, const Stream& stream, SimdPath path,
                                          const WeightDeformations& deformations) const override;

 private:
  FreeScalarSpec spec_;
};

}  // namespace nnft
