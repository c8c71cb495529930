#pragma once
/// @file Markov chains that draw fields from e^{−S}.

#include <array>
#include <cstdint>
#include <optional>

#include "nnft/action/action_kernels.hpp"
#include "nnft/action/site_action.hpp"
#include "nnft/core/aligned_buffer.hpp"
#include "nnft/core/types.hpp"
#include "nnft/random/stream.hpp"

namespace nnft {

/// The action split into a Gaussian N(0, C) and the rest: S = ½φᵀC⁻¹φ + V.
class GaussianReference {
 public:
  /// @param covariance C, shape (sites, sites). @throws ShapeError unless it is positive definite and fits.
  GaussianReference(const SiteAction& action, const RowMatrix& covariance);
  /// C = (2 g2)⁻¹, by which V has no quadratic part at all; nothing if g2 is not positive definite, or is so within rounding
  /// only.
  static std::optional<GaussianReference> of_gaussian_part(const SiteAction& action);

  /// L of C = LLᵀ, triangular.
  const RowMatrix& factor() const noexcept { return factor_; }
  RowMatrix covariance() const { return factor_ * factor_.transpose(); }
  /// C⁻¹.
  const RowMatrix& precision() const noexcept { return precision_; }
  /// V, which is g2 − ½C⁻¹ at degree 2.
  const SiteAction& potential() const noexcept { return potential_; }

 private:
  GaussianReference(RowMatrix factor, RowMatrix precision, SiteAction potential);

  RowMatrix factor_;
  RowMatrix precision_;
  SiteAction potential_;
};

/// A batch of chains, numbers first_chain … first_chain + batch_samples − 1. An update is an elliptical slice around N(0, C),
/// which leaves e^{−S} invariant for every C, V bounded below or not, followed by a flip of all signs with probability ½ (S is
/// even). Chains never mix: what becomes of one is a pure function of (S, C, seed, its number, step). Owns its workspace; not
/// thread-safe. Arrays have the chain innermost. Murray, Adams, MacKay, AISTATS 2010, arXiv:1001.0175.
class ActionChains {
 public:
  ActionChains(GaussianReference reference, const Stream& stream, std::uint64_t first_chain, SimdPath path);

  /// Every chain from N(0, C), with the random numbers of a step that is no update's; those of odd numbers from `other`, so that
  /// chains that cannot get from one to the other are found out. @param other shape (sites), or empty.
  void start(std::uint64_t step, const Vector& other = Vector());
  /// Takes up every chain at a field: shape (batch_samples, sites).
  void restore(const RowMatrix& fields);
  /// The fields, one row for each chain: shape (batch_samples, sites).
  void save(RowMatrix& fields) const;
  /// An update, with the random numbers of a step.
  void update(std::uint64_t step);

  int sites() const noexcept { return reference_.potential().sites(); }
  /// φ: [site][chain].
  const double* fields() const noexcept { return fields_.data(); }
  /// V of the chains as they are, [chain].
  const double* potential() const noexcept { return potential_.data(); }
  /// S of the chains as they are, [chain].
  void action(double* values) const;
  /// Angles tried in the last update, [chain].
  const int* tried() const noexcept { return tried_.data(); }

 private:
  void renew();

  GaussianReference reference_;
  PolynomialView polynomial_;
  Stream stream_;
  std::uint64_t first_chain_;
  const VariateKernels& variates_;
  const ActionKernels& kernels_;
  AlignedBuffer fields_;
  AlignedBuffer normals_;
  AlignedBuffer direction_;
  AlignedBuffer trial_;
  AlignedBuffer potential_;
  std::array<int, batch_samples> tried_{};
};

}  // namespace nnft
