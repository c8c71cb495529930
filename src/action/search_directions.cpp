#include "action/search_directions.hpp"

#include <cstdint>

#include "nnft/random/variates.hpp"

namespace nnft {

std::vector<Vector> search_directions(int sites) {
  std::vector<Vector> found;
  for (int a = 0; a < sites; ++a) {
    found.push_back(Vector::Unit(sites, a));
    for (int b = 0; b < a; ++b)
      for (const double sign : {1.0, -1.0})
        found.push_back((Vector::Unit(sites, a) + sign * Vector::Unit(sites, b)).normalized());
  }
  constexpr int random_batches = 4;  // of batch_samples directions each
  const VariateKernels& variates = variate_kernels(SimdPath::generic);
  RowMatrix normals(sites + sites % 2, batch_samples);
  for (std::uint64_t batch = 0; batch < random_batches; ++batch) {
    variates.normals(Stream::process(0), {Purpose::process, batch * batch_samples, 0, sites}, normals.data());
    for (int c = 0; c < batch_samples; ++c) found.push_back(normals.col(c).head(sites).normalized());
  }
  return found;
}

}  // namespace nnft
