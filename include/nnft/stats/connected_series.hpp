#pragma once
/// @file Connected correlators and their derivatives in the strengths of deformations, from the means of a row of sums.

#include <optional>
#include <span>
#include <vector>

#include "nnft/core/types.hpp"
#include "nnft/stats/cumulants.hpp"
#include "nnft/stats/sum_layout.hpp"

namespace nnft {

/// φ is multiplied by √v, v ~ Gamma(shape 1/α, scale α), independent of everything else: moments of order 2k by
/// E[v^k] = Π_{j<k}(1 + jα), and G_c becomes Σ_π κ(v^{|B|/2}, B ∈ π) Π_B G_c(B), in which nothing cancels. So v is averaged over
/// exactly, which no sampling of it could better.
struct SharedScale {
  double strength;  ///< α >= 0
  int parameter;    ///< which strength α is
};

/// The moments are taken as power series in small changes of the strengths, and so is all that is made of them. By score, the
/// moments at α + δ are E[m e^{−δ(V−V₀)}]/E[e^{−δ(V−V₀)}], expanded; by differences, their derivatives are the means themselves.
class ConnectedSeries {
 public:
  /// @param reference_kernel K₀, shape (pairs). @throws ShapeError if it does not fit.
  ConnectedSeries(const SumLayout& layout, const Vector& reference_kernel, std::optional<SharedScale> scale);

  /// What is found; spans of shape (moments), and (derivatives, moments) in the order of the layout's basis.
  struct Correlators {
    std::span<double> connected;
    std::span<double> full;
    std::span<double> derivatives;  ///< of the connected ones
  };
  /// @param means of the columns of a row of sums.
  void evaluate(std::span<const double> means, const Correlators& correlators) const;

 private:
  std::vector<Series<double>> moments(std::span<const double> means) const;
  Series<double> scale_cumulant_at(const std::vector<double>& polynomial) const;
  void apply_scale(std::vector<Series<double>>& connected, std::vector<Series<double>>& full) const;

  SumLayout layout_;
  CumulantEstimator cumulants_;
  std::optional<SharedScale> scale_;
  std::vector<std::vector<std::vector<double>>> scale_cumulants_;  ///< [order][partition], polynomials in α
};

}  // namespace nnft
