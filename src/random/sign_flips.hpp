#pragma once
/// @file The symmetry φ → −φ of even operators as a move of chains.

#include <array>

#include "nnft/random/variates.hpp"

namespace nnft {

/// Chains of a batch that change their sign, each with probability ½.
class SignFlips {
 public:
  /// @param sample of the first chain.
  SignFlips(const VariateKernels& variates, const Stream& stream, std::uint64_t sample) {
    variates.uniforms(stream, {Purpose::sign, sample, 0, 1}, uniforms_.data());
  }

  /// values[row][chain].
  void apply(int rows, double* values) const {
    for (int r = 0; r < rows; ++r)
      for (std::size_t c = 0; c < batch_samples; ++c, ++values)
        if (uniforms_[c] < 0.0) *values = -*values;
  }

 private:
  std::array<double, 2 * batch_samples> uniforms_{};
};

}  // namespace nnft
