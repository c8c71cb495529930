#pragma once
/// @file The variates of the first network of a batch, scaled: how parameters are told to people.

#include <cstddef>
#include <vector>

#include "nnft/random/variates.hpp"

namespace nnft {

/// scale × the requested variates of sample request.first_sample.
inline std::vector<double> first_of_batch(void (*draw)(const Stream&, const VariateRequest&, double*), const Stream& stream,
                                          const VariateRequest& request, double scale) {
  std::vector<double> batch(static_cast<std::size_t>(request.count + 1) * batch_samples);
  draw(stream, request, batch.data());
  std::vector<double> values(static_cast<std::size_t>(request.count));
  for (std::size_t k = 0; k < values.size(); ++k) values[k] = scale * batch[k * batch_samples];
  return values;
}

}  // namespace nnft
