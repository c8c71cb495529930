#pragma once
/// @file The random numbers of an ensemble as a pure function of (seed, width, purpose, sample, draw).

#include <cstdint>

#include "nnft/random/philox.hpp"

namespace nnft {

/// What a variate is for. The numbers are frozen: changing one changes every result ever stored.
enum class Purpose : std::uint32_t {
  output_weight = 0,
  input_weight = 1,
  phase = 2,
  bias = 3,  ///< of the first hidden layer
  output_bias = 4,
  momentum = 5,
  process = 6,           ///< of a Gaussian process
  shared_scale = 7,      ///< one for each network
  acceptance = 8,        ///< of the proposals of a chain
  slice_angle = 9,       ///< of elliptical slice sampling: threshold, then angles
  slice_direction = 10,  ///< of elliptical slice sampling, or momenta of hybrid Monte Carlo
  sign = 11,             ///< of a chain's field
  histogram = 12,        ///< of a field drawn given its covariance, two for each entry of measure.histogram
  hidden_layer = 16      ///< and up: hidden_weight(l), hidden_bias(l)
};

/// Hidden layers whose weights a stream can number.
inline constexpr int max_stream_layers = 100;
/// Weights into, and biases of, hidden layer l = 1 … max_stream_layers.
constexpr Purpose hidden_weight(int layer) noexcept { return static_cast<Purpose>(16 + 2 * (layer - 1)); }
constexpr Purpose hidden_bias(int layer) noexcept { return static_cast<Purpose>(17 + 2 * (layer - 1)); }

/// Version of the map from (seed, width, purpose, sample, draw) to variates, recorded in result files.
inline constexpr const char* random_stream_version = "philox4x32-10/box-muller/1";

/// Widths fit 24 bits of the counter.
inline constexpr std::uint32_t max_stream_width = (1u << 24) - 1;

/// Samples from here on are reserved for the pilot.
inline constexpr std::uint64_t first_pilot_sample = std::uint64_t{1} << 63;

/// The stream of one ensemble. Key = seed; counter = (draw, purpose and width, sample): widths are independent ensembles, every
/// deformation of a width shares its draws, and nothing depends on a rank, a thread or a time.
class Stream {
 public:
  /// @throws UsageError if width is 0 or above max_stream_width.
  Stream(std::uint64_t seed, std::uint32_t width);
  /// The stream of a Gaussian process: width 0 stands for infinite width.
  static Stream process(std::uint64_t seed) noexcept;
  /// The same whose batches are of samples `stride` apart: first_sample, first_sample + stride, …
  Stream strided(std::uint64_t stride) const noexcept;

  PhiloxKey key() const noexcept { return key_; }
  std::uint32_t width() const noexcept { return width_; }
  std::uint64_t stride() const noexcept { return stride_; }
  /// Second counter word.
  std::uint32_t tag(Purpose purpose) const noexcept { return static_cast<std::uint32_t>(purpose) << 24 | width_; }
  PhiloxCounter counter(Purpose purpose, std::uint64_t sample, std::uint32_t draw) const noexcept {
    return {draw, tag(purpose), static_cast<std::uint32_t>(sample), static_cast<std::uint32_t>(sample >> 32)};
  }

 private:
  Stream(PhiloxKey key, std::uint32_t width) noexcept : key_(key), width_(width) {}

  PhiloxKey key_;
  std::uint32_t width_;
  std::uint64_t stride_ = 1;
};

}  // namespace nnft
