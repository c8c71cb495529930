#include "nnft/random/variates.hpp"
#include "nnft/sampling/chain_kernels.hpp"

namespace nnft {

std::size_t dyson_scratch(int nodes, int sites) {
  const std::size_t m = static_cast<std::size_t>(nodes), s = static_cast<std::size_t>(sites), pairs = s * (s + 1) / 2;
  return (m * (6 + 2 * pairs + s) + s + 3 * pairs + 2 * s * s * s + 2 * s * s) * batch_samples;
}

}  // namespace nnft
