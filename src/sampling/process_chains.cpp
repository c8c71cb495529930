#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>

#include "nnft/core/aligned_buffer.hpp"
#include "nnft/core/error.hpp"
#include "nnft/field/field_kernels.hpp"
#include "nnft/sampling/chain_kernels.hpp"
#include "nnft/sampling/field_chains.hpp"
#include "nnft/sampling/operator_arrays.hpp"
#include "random/sign_flips.hpp"
#include "random/slice_bracket.hpp"

namespace nnft {
namespace {

std::size_t rows(Eigen::Index count) { return static_cast<std::size_t>(count) * batch_samples; }

class ProcessChains final : public FieldChains {
 public:
  ProcessChains(const ProcessChainSpec& spec, const FieldOperator& op, const ChainMethod& method, const ChainNumbers& chains,
                SimdPath path)
      : op_(op),
        arrays_(operator_arrays(op_)),
        method_(method),
        first_chain_(chains.first),
        stream_(spec.stream.strided(chains.stride)),
        rank_(static_cast<int>(spec.factor.cols())),
        points_(static_cast<int>(spec.factor.rows())),
        variates_(variate_kernels(path)),
        field_kernels_(field_kernels(path)),
        kernels_(chain_kernels(path)),
        factor_(spec.factor),
        transposed_(spec.factor.topRows(op.nodes()).transpose()),
        covariance_(spec.covariance),
        spread_(rows(covariance_.size())),
        state_(rows(rank_)),
        direction_(rows(rank_ + 1)),
        fields_(rows(points_)),
        direction_field_(rows(points_)),
        trial_(rows(points_)),
        trial_state_(rows(rank_)),
        gradient_(rows(op.nodes())),
        force_(rows(rank_)),
        squares_(rows(op.nodes())),
        potential_(rows(1)),
        acceptance_(rows(1)) {
    for (Eigen::Index k = 0; k < covariance_.size(); ++k)
      std::fill_n(spread_.data() + rows(k), batch_samples, covariance_.data()[k]);
    if (spec.factor.rows() < op.nodes()) throw ShapeError("process chains: expected a row of the factor for each node and site");
  }

  void start() override {
    draw(0);
    renew();
  }
  int state_size() const noexcept override { return rank_; }
  void save(RowMatrix& state) const override {
    for (int c = 0; c < batch_samples; ++c)
      for (int k = 0; k < rank_; ++k) state(c, k) = state_.data()[k * batch_samples + c];
  }
  void restore(const RowMatrix& state) override {
    for (int c = 0; c < batch_samples; ++c)
      for (int k = 0; k < rank_; ++k) state_.data()[k * batch_samples + c] = state(c, k);
    renew();
  }
  void renew() override {
    multiply(state_, fields_);
    kernels_.potential(arrays_, fields_.data(), squares_.data(), potential_.data());
  }

  void update(std::uint64_t step, bool) override {
    if (method_.independent) {
      draw(step);
      renew();
      acceptance_.fill(1.0);
      return;
    }
    variates_.normals(stream_, {Purpose::slice_direction, sample(step), 0, rank_}, direction_.data());
    if (method_.leapfrogs > 0 && step % hybrid_slice_interval != 0)
      hybrid_monte_carlo(step);
    else
      slice(step);
    if (!method_.rotate) return;
    const SignFlips flips(variates_, stream_, sample(step));
    flips.apply(rank_, state_.data());
    flips.apply(points_, fields_.data());
  }

  const double* fields() const noexcept override { return fields_.data(); }
  const double* potential() const noexcept override { return potential_.data(); }
  const double* acceptance() const noexcept override { return acceptance_.data(); }
  ConditionalCovariance covariance() override { return {spread_.data(), nullptr}; }
  RowMatrix common_covariance() const override { return covariance_; }

 private:
  std::uint64_t sample(std::uint64_t step) const noexcept { return sample_of_step(step, first_chain_); }

  void draw(std::uint64_t step) {
    variates_.normals(stream_, {Purpose::process, sample(step), 0, rank_}, direction_.data());
    std::copy_n(direction_.data(), rows(rank_), state_.data());
  }

  /// out = A x.
  void multiply(const AlignedBuffer& x, AlignedBuffer& out) {
    kernels_.multiply(points_, rank_, factor_.data(), x.data(), out.data());
  }

  void slice(std::uint64_t step) {
    multiply(direction_, direction_field_);
    SliceBracket bracket(variates_, stream_, sample(step));
    std::array<double, batch_samples> values{};
    bracket.close(field_kernels_.exponentials, potential_.data(), values, [&](const double* turns, double* potentials) {
      kernels_.rotate(op_.nodes(), turns, fields_.data(), direction_field_.data(), trial_.data());
      kernels_.potential(arrays_, trial_.data(), squares_.data(), potentials);
    });
    kernels_.rotate(points_, bracket.turns(), fields_.data(), direction_field_.data(), fields_.data());
    kernels_.rotate(rank_, bracket.turns(), state_.data(), direction_.data(), state_.data());
    std::copy_n(values.data(), batch_samples, potential_.data());
    for (std::size_t c = 0; c < batch_samples; ++c) acceptance_.data()[c] = 1.0 / bracket.tried()[c];
  }

  /// momenta −= turn · ∂V/∂ξ at trial_.
  void kick(double turn) {
    kernels_.gradient(arrays_, trial_.data(), squares_.data(), gradient_.data());
    kernels_.multiply(rank_, op_.nodes(), transposed_.data(), gradient_.data(), force_.data());
    for (std::size_t k = 0; k < rows(rank_); ++k) direction_.data()[k] -= turn * force_.data()[k];
  }

  /// ½|p|² of each chain.
  std::array<double, batch_samples> half_square(const AlignedBuffer& values) const {
    std::array<double, batch_samples> sums{};
    for (int k = 0; k < rank_; ++k)
      for (std::size_t c = 0; c < batch_samples; ++c) sums[c] += 0.5 * values.data()[rows(k) + c] * values.data()[rows(k) + c];
    return sums;
  }

  /// A quarter turn of (ξ, p) in steps of which each half kicks, turns, half kicks.
  void hybrid_monte_carlo(std::uint64_t step) {
    const double turn = 0.25 / method_.leapfrogs, angle = 2.0 * std::numbers::pi * turn;
    std::array<double, batch_samples> turns{};
    turns.fill(turn);
    const auto kinetic = half_square(direction_), position = half_square(state_);
    std::copy_n(state_.data(), rows(rank_), trial_state_.data());
    std::copy_n(fields_.data(), rows(points_), trial_.data());
    for (int leapfrog = 0; leapfrog < method_.leapfrogs; ++leapfrog) {
      kick(0.5 * angle);
      // (ξ, p) → (ξ cos + p sin, p cos − ξ sin).
      kernels_.rotate(rank_, turns.data(), trial_state_.data(), direction_.data(), force_.data());
      std::array<double, batch_samples> back{};
      back.fill(-turn);
      kernels_.rotate(rank_, back.data(), direction_.data(), trial_state_.data(), direction_.data());
      std::copy_n(force_.data(), rows(rank_), trial_state_.data());
      multiply(trial_state_, trial_);
      kick(0.5 * angle);
    }
    const auto new_kinetic = half_square(direction_), new_position = half_square(trial_state_);
    std::array<double, batch_samples> values{}, ratios{};
    std::array<double, 2 * batch_samples> uniforms{};
    kernels_.potential(arrays_, trial_.data(), squares_.data(), values.data());
    for (std::size_t c = 0; c < batch_samples; ++c)
      ratios[c] = (potential_.data()[c] - values[c]) + (kinetic[c] - new_kinetic[c]) + (position[c] - new_position[c]);
    field_kernels_.exponentials(batch_samples, ratios.data());
    variates_.uniforms(stream_, {Purpose::acceptance, sample(step), 0, 1}, uniforms.data());
    for (std::size_t c = 0; c < batch_samples; ++c) {
      const bool accept = uniforms[c] + 0.5 < ratios[c];
      acceptance_.data()[c] = accept ? 1.0 : 0.0;
      if (!accept) continue;
      potential_.data()[c] = values[c];
      for (int k = 0; k < rank_; ++k) state_.data()[rows(k) + c] = trial_state_.data()[rows(k) + c];
      for (int p = 0; p < points_; ++p) fields_.data()[rows(p) + c] = trial_.data()[rows(p) + c];
    }
  }

  FieldOperator op_;
  OperatorArrays arrays_;
  ChainMethod method_;
  std::uint64_t first_chain_;
  Stream stream_;
  int rank_;
  int points_;
  const VariateKernels& variates_;
  const FieldKernels& field_kernels_;
  const ChainKernels& kernels_;
  RowMatrix factor_;
  RowMatrix transposed_;  ///< Aᵀ at the nodes
  RowMatrix covariance_;
  AlignedBuffer spread_;     ///< the covariance of every chain
  AlignedBuffer state_;      ///< ξ
  AlignedBuffer direction_;  ///< ν, or momenta
  AlignedBuffer fields_;
  AlignedBuffer direction_field_;
  AlignedBuffer trial_;
  AlignedBuffer trial_state_;
  AlignedBuffer gradient_;
  AlignedBuffer force_;
  AlignedBuffer squares_;
  AlignedBuffer potential_;
  AlignedBuffer acceptance_;
};

}  // namespace

std::unique_ptr<FieldChains> process_chains(const ProcessChainSpec& spec, const FieldOperator& op, const ChainMethod& method,
                                            const ChainNumbers& chains, SimdPath path) {
  return std::make_unique<ProcessChains>(spec, op, method, chains, path);
}

}  // namespace nnft
