#include "nnft/theory/deep_coincident.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "nnft/core/error.hpp"
#include "nnft/theory/mlp_moments.hpp"
#include "nnft/theory/one_neuron.hpp"

namespace nnft::deep_coincident_test {
namespace {

CoincidentProblem problem(Activation activation, int depth, double width, int highest_order) {
  CoincidentProblem result;
  result.spec.activation = activation;
  result.spec.depth = depth;
  result.spec.sigma_weight = 1.2;
  result.output.sigma_out = 1.3;
  result.width = width;
  result.highest_order = highest_order;
  return result;
}

// G4c/G2² = 3[(1 + r/N)^L − 1], r = 2 (identity), 5 (relu).
TEST(DeepCoincident, FourthOrder) {
  const Vector x{{0.5, -0.8}};
  for (const int depth : {1, 2, 3})
    for (const double width : {1.0, 5.0, 100.0})
      for (const auto& [activation, r] : {std::pair{Activation::identity, 2.0}, {Activation::relu, 5.0}}) {
        const Vector connected = deep_coincident_connected(problem(activation, depth, width, 4), x);
        const double per_layer = 1.44 * (activation == Activation::relu ? 0.5 : 1.0);
        EXPECT_NEAR(connected[0], 1.69 * std::pow(per_layer, depth) * 0.89 / 2.0, 1e-14);
        const double ratio = 3.0 * (std::pow(1.0 + r / width, depth) - 1.0);
        EXPECT_NEAR(connected[1] / (connected[0] * connected[0]) / ratio, 1.0, 1e-12);
      }
}

// One hidden layer: the general formula of independent neurons. One neuron per layer: products.
TEST(DeepCoincident, SixthAndEighthOrder) {
  const MomentLayout layout(1, {2, 4, 6, 8});
  const RowMatrix x = RowMatrix::Constant(1, 1, 0.8);
  for (const Activation activation : {Activation::identity, Activation::relu})
    for (const auto& [depth, width] : {std::pair{1, 1.0}, {1, 7.0}, {3, 1.0}}) {
      const CoincidentProblem p = problem(activation, depth, width, 8);
      const Vector moments = mlp_feature_moments(layout, p.spec, SiteSet(x));
      const Vector expected = connected_from_one_neuron(layout, moments, p.output, width);
      const Vector connected = deep_coincident_connected(p, x.row(0).transpose());
      for (int k = 0; k < 4; ++k) EXPECT_NEAR(connected[k] / expected[k], 1.0, 1e-12) << depth << ' ' << width << ' ' << k;
    }
}

// Fixed hidden widths 2 and 3 before N = 4, identity: E[χ²(χ²+2)] products.
TEST(DeepCoincident, FixedHiddenWidths) {
  CoincidentProblem p = problem(Activation::identity, 3, 4.0, 4);
  p.spec.hidden_widths = {2, 3};
  p.output.sigma_out_bias = 0.5;
  const Vector connected = deep_coincident_connected(p, Vector{{1.0}});
  const double g = connected[0] - 0.25;
  EXPECT_NEAR(connected[1] / (g * g), 3.0 * ((1.0 + 2.0 / 2) * (1.0 + 2.0 / 3) * (1.0 + 2.0 / 4) - 1.0), 1e-13);
}

TEST(DeepCoincident, Refuses) {
  CoincidentProblem p = problem(Activation::tanh, 2, 4.0, 4);
  EXPECT_THROW(deep_coincident_connected(p, Vector{{1.0}}), UsageError);
  p.spec.activation = Activation::relu;
  EXPECT_NO_THROW(deep_coincident_connected(p, Vector{{1.0}}));
  p.spec.sigma_bias = 0.1;
  EXPECT_THROW(deep_coincident_connected(p, Vector{{1.0}}), UsageError);
  p.spec.sigma_bias = 0.0;
  p.width = INFINITY;
  EXPECT_THROW(deep_coincident_connected(p, Vector{{1.0}}), UsageError);
  p.width = 4.0;
  p.output.density.shape = DensityShape::uniform;
  EXPECT_THROW(deep_coincident_connected(p, Vector{{1.0}}), UsageError);
}

}  // namespace
}  // namespace nnft::deep_coincident_test
