#pragma once
/// @file The variates of the first network of a batch, scaled: how parameters are told to people.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "nnft/random/variates.hpp"

namespace nnft {

/// scale × variates 0 … count − 1 of `purpose` of `sample`; draw(request, out) fills a batch.
template <class Draw>
std::vector<double> first_of_batch(Draw draw, Purpose purpose, std::uint64_t sample, std::uint64_t count, double scale) {
  constexpr std::uint64_t chunk = 1024;
  std::vector<double> batch(chunk * batch_samples);
  std::vector<double> values;
  values.reserve(count);
  for (std::uint64_t first = 0; first < count; first += chunk) {
    const std::uint64_t rows = std::min(chunk, count - first);
    draw(VariateRequest{purpose, sample, static_cast<std::uint32_t>(first), static_cast<int>(rows)}, batch.data());
    for (std::size_t k = 0; k < rows; ++k) values.push_back(scale * batch[k * batch_samples]);
  }
  return values;
}

}  // namespace nnft
