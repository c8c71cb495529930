#include "nnft/random/variates.hpp"
#include "nnft/sampling/chain_kernels.hpp"
#include "sampling/packed_places.hpp"

namespace nnft {

std::size_t dyson_scratch(int nodes, int sites, int quads) {
  const auto m = static_cast<std::size_t>(nodes), s = static_cast<std::size_t>(sites), q = static_cast<std::size_t>(quads);
  const std::size_t pairs = s * (s + 1) / 2, triples = pairs * (s + 2) / 3;
  return (m * (6 + 2 * pairs + s) + 2 * s + 3 * pairs + 2 * triples + q + 2 * s * s) * batch_samples;
}

DysonQuad dyson_quad(int sites, const int* legs) noexcept {
  DysonQuad quad{};
  for (int a = 0; a < 4; ++a) {
    quad.site[a] = legs[a];
    quad.triple[a] = triple_place(sites, legs[(a + 1) % 4], legs[(a + 2) % 4], legs[(a + 3) % 4]);
    for (int b = 0; b < 4; ++b) {
      quad.pair[a][b] = pair_place(sites, legs[a], legs[b]);
      quad.ordered[a][b] = legs[a] * sites + legs[b];
    }
  }
  return quad;
}

}  // namespace nnft
