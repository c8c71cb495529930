#pragma once
/// @file The characteristic function of one neuron that is a plane wave of uniform phase.

#include "nnft/theory/leg_partitions.hpp"
#include "nnft/theory/wave_rule.hpp"

namespace nnft {

/// F_kq(τ), the average over the phase c of cos(qc) He_k(τ cos c) exp(−½τ² cos² c), for q = k, k − 2, … >= 0, k = 0 … highest, at
/// 0 <= τ <= largest to 1e-14: Chebyshev interpolants on panels.
class PhaseAverages {
 public:
  /// @throws UsageError unless 0 <= highest <= 8.
  PhaseAverages(int highest, double largest);

  /// All (k, q), k rising, then q.
  int size() const noexcept { return static_cast<int>(orders_.size()); }
  int order(int place) const { return orders_[static_cast<std::size_t>(place)]; }
  int harmonic(int place) const { return harmonics_[static_cast<std::size_t>(place)]; }
  /// @param values shape (size()).
  void at(double tau, double* values) const;

 private:
  std::vector<int> orders_;
  std::vector<int> harmonics_;
  double largest_;
  std::vector<double> coefficients_;  // panel, degree, (k, q)
};

/// As feature_transform, h = A cos(θ + c) at the nodes of the operator, then at the sites: with Σ_z t_z e^{iθ_z} = |z|e^{iψ} it
/// is Σ_q F_kq(A|z|) e^{−iqψ} times the q-th harmonic of Π_B h_i.
RowMatrix wave_transform(const LegPartitions& legs, const WaveNodes& neuron, const RowMatrix& t);

}  // namespace nnft
