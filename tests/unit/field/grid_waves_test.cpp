// Features on a grid of nodes come from cosines and sines of each direction; they are those of the same sites one by one.

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "nnft/field/architectures/cos.hpp"
#include "nnft/field/architectures/free_scalar.hpp"
#include "nnft/random/variates.hpp"
#include "support/every_path.hpp"

namespace nnft::grid_waves_test {
namespace {

class GridWaves : public test::EveryPath {};

std::vector<double> features(const Architecture& net, const SiteSet& sites, SimdPath path) {
  const auto sampler = net.sampler(sites, Stream(3, 8), path);
  std::vector<double> values(static_cast<std::size_t>(2 * sites.size() * batch_samples));
  sampler->start(77);
  sampler->draw(4, 2);
  sampler->features(0, values.data());
  return values;
}

TEST_P(GridWaves, AreThoseOfTheSitesOneByOne) {
  for (const int d : {1, 2, 3}) {
    const NodeGrid grid(d, 2.5, 5, NodeRule::gauss_legendre);
    RowMatrix further = RowMatrix::Constant(2, d, 0.3);
    further.row(1).setConstant(-1.7);
    const SiteSet on_grid(grid, further), one_by_one(on_grid.coordinates());
    ASSERT_EQ(on_grid.grid_size(), grid.size());
    const CosNet cos(1.3);
    const FreeScalarNet free_scalar({1.0, 6.0, -1.0});
    for (const Architecture* net : std::initializer_list<const Architecture*>{&cos, &free_scalar}) {
      const std::vector<double> a = features(*net, on_grid, GetParam()), b = features(*net, one_by_one, GetParam());
      double largest = 0.0, smallest = 0.0;
      for (std::size_t k = 0; k < a.size(); ++k) {
        EXPECT_NEAR(a[k], b[k], 1e-14) << k;
        largest = std::max(largest, b[k]);
        smallest = std::min(smallest, b[k]);
      }
      EXPECT_GT(largest - smallest, 0.5);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Paths, GridWaves, test::every_path(), test::path_name);

}  // namespace
}  // namespace nnft::grid_waves_test
