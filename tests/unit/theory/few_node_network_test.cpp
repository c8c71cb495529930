#include "nnft/theory/few_node_network.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "nnft/core/error.hpp"
#include "nnft/theory/cos_moments.hpp"
#include "nnft/theory/few_node_process.hpp"
#include "nnft/theory/free_scalar_moments.hpp"
#include "nnft/theory/kernels.hpp"
#include "nnft/theory/mlp_moments.hpp"
#include "nnft/theory/one_neuron.hpp"
#include "nnft/theory/wave_rule.hpp"
#include "support/sizes.hpp"

namespace nnft::few_node_network_test {
namespace {

const FreeScalarSpec free_scalar{1.0, 8.0, -1.0};
/// One node of weight 1 at 0.5, two at 0.211, 0.789 of weight ½.
NodeGrid one_node() { return {1, 1.0, 1, NodeRule::gauss_legendre}; }
NodeGrid two_nodes() { return {1, 1.0, 2, NodeRule::gauss_legendre}; }

/// The nodes, then the sites.
SiteSet points(const NodeGrid& grid, const RowMatrix& sites) {
  RowMatrix all(grid.size() + sites.rows(), grid.dimension());
  all << grid.coordinates(), sites;
  return SiteSet(all);
}

Readout width(double n) { return {OutputLayer{}, n}; }

// Numbers of an independent quadrature; all digits that were printed.
TEST(FewNodeNetwork, OneNodeReference) {
  const RowMatrix site = one_node().coordinates();
  const MomentLayout layout(1, {2, 4});
  const FieldOperator v(one_node(), {.lambda = 10.0});
  const WaveRule rule = free_scalar_wave_rule(points(one_node(), site), free_scalar);
  struct Case {
    double width, two, four, connected;
  };
  for (const Case& c :
       {Case{10.0, 0.257161755, 0.186305158, -0.012091346}, Case{200.0, 0.290682360, 0.216627671, -0.036861032}}) {
    const FewNodeMoments m = few_node_network(layout, rule, width(c.width), v);
    EXPECT_NEAR(m.full[0], c.two, 5.1e-10);
    EXPECT_NEAR(m.full[1], c.four, 5.1e-10);
    EXPECT_NEAR(m.connected[1], c.connected, 5.1e-10);
  }
}

/// Sites on the second node, off the nodes, and on the first.
RowMatrix three_sites() { return (RowMatrix(3, 1) << two_nodes().axis()[1], 0.35, two_nodes().axis()[0]).finished(); }

double relative(const MomentLayout& layout, const Vector& a, const Vector& b) { return largest_change(layout, {b, a}, {b, b}); }

// Without an operator: independent neurons in closed form, at nodes and sites.
TEST(FewNodeNetwork, FreeLimit) {
  const MomentLayout layout(3, {2, 4, 6});
  const SiteSet sites(three_sites()), all = points(two_nodes(), three_sites());
  const FieldOperator none(two_nodes(), {});
  MlpSpec tanh;
  tanh.sigma_bias = 0.5;
  for (const double n : {1.0, 7.0, 300.0}) {
    const Readout readout{OutputLayer{1.3, 0.0, {}}, n};
    EXPECT_LE(relative(layout, few_node_network(layout, cos_wave_rule(all, 1.1), readout, none).connected,
                       connected_from_one_neuron(layout, cos_feature_moment(sites, 1.1), 1.3, n)),
              1e-8);
    EXPECT_LE(relative(layout, few_node_network(layout, free_scalar_wave_rule(all, free_scalar), readout, none).connected,
                       connected_from_one_neuron(layout, free_scalar_feature_moment(sites, free_scalar), 1.3, n)),
              1e-8);
    EXPECT_LE(relative(layout, few_node_network(layout, mlp_neuron_rule(tanh, all, 6.0), readout, none).connected,
                       connected_from_one_neuron(layout, mlp_feature_moments(layout, tanh, sites), OutputLayer{1.3, 0.0, {}}, n)),
              1e-8);
  }
}

/// One neuron: E over a, momentum and phase of Π a h e^{−V(a h)}, the trapezoidal rule in a.
Vector one_neuron_connected(const MomentLayout& layout, const WaveRule& rule, const FieldOperator& v) {
  Vector full = Vector::Zero(layout.size());
  double total = 0.0;
  with_phases(rule).visit(3, [&](const FeatureNodes& nodes) {
    for (Eigen::Index k = 0; k < nodes.weights.size(); ++k)
      for (double a = 0.025; a < 9.0; a += 0.05) {
        const Vector phi = a * nodes.features.col(k);
        const double weight = nodes.weights[k] * std::exp(-0.5 * a * a - v.value(phi.head(v.nodes())));
        total += weight;
        for (const int order : layout.orders())
          for (int t = 0; t < layout.index(order).size(); ++t) {
            double product = weight;
            for (int leg = 0; leg < order; ++leg) product *= phi[v.nodes() + layout.index(order).tuple(t)[leg]];
            full[layout.offset(order) + t] += product;
          }
      }
  });
  return connected_from_full(layout, full / total);
}

TEST(FewNodeNetwork, OneNeuronByDirectIntegration) {
  const MomentLayout layout(2, {2, 4});
  const RowMatrix sites = three_sites().topRows(2);
  const FieldOperator one(one_node(), {.lambda = 10.0, .mu2 = 1.0}), two(two_nodes(), {.lambda = 4.0, .range = 0.5});
  const WaveRule cos_one = cos_wave_rule(points(one_node(), sites), 1.1);
  const WaveRule scalar = free_scalar_wave_rule(points(one_node(), sites), {1.0, 2.0, -1.0});
  const WaveRule cos_two = cos_wave_rule(points(two_nodes(), sites), 1.1);
  const double tolerance = 3e-9;
  EXPECT_LE(
      relative(layout, few_node_network(layout, cos_one, width(1), one).connected, one_neuron_connected(layout, cos_one, one)),
      tolerance);
  EXPECT_LE(
      relative(layout, few_node_network(layout, scalar, width(1), one).connected, one_neuron_connected(layout, scalar, one)),
      tolerance);
  NNFT_SKIP_IF_SMALL();
  EXPECT_LE(
      relative(layout, few_node_network(layout, cos_two, width(1), two).connected, one_neuron_connected(layout, cos_two, two)),
      tolerance);
}

// Widths N, 2N, 4N extrapolated in 1/N to a Gaussian field; none of them is there.
TEST(FewNodeNetwork, LargeWidthsAreTheProcess) {
  const MomentLayout layout(2, {2, 4, 6});
  const RowMatrix sites = three_sites().topRows(2);
  for (const NodeGrid& grid : {one_node(), two_nodes()}) {
    const FieldOperator v(grid, {.lambda = 20.0, .mu2 = 1.0, .kappa = 5.0});
    const WaveRule rule = free_scalar_wave_rule(points(grid, sites), {1.0, 3.0, -1.0});
    const Vector limit = few_node_process(layout, free_scalar_kernel(points(grid, sites), {1.0, 3.0, -1.0}, {}), v).connected;
    const Vector a = few_node_network(layout, rule, width(500), v).connected;
    const Vector b = few_node_network(layout, rule, width(1000), v).connected;
    const Vector c = few_node_network(layout, rule, width(2000), v).connected;
    EXPECT_LE(relative(layout, (a - 6.0 * b + 8.0 * c) / 3.0, limit), 1e-7);
    EXPECT_GT(relative(layout, 2.0 * c - b, limit), 1e-7);
  }
}

// The slope at λ = 0 is −⟨φ…φ; V⟩ of the free ensemble.
TEST(FewNodeNetwork, SlopeIsTheFreeCorrelatorWithTheOperator) {
  const RowMatrix sites = (RowMatrix(2, 1) << 0.5, 0.8).finished();
  const MomentLayout small(2, {2}), large(2, {2, 4, 6});
  const WaveRule rule = free_scalar_wave_rule(points(one_node(), sites), free_scalar);
  const Vector free = full_from_connected(
      large, connected_from_one_neuron(large, free_scalar_feature_moment(SiteSet(sites), free_scalar), 1.0, 5.0));
  const auto moment = [&](const std::vector<int>& tuple) {
    const int order = static_cast<int>(tuple.size());
    return free[large.offset(order) + large.index(order).position(tuple)];
  };
  const double step = 1e-3;
  const auto at = [&](double lambda) {
    return few_node_network(small, rule, width(5), FieldOperator(one_node(), {.lambda = lambda})).full;
  };
  const Vector slope = (4.0 * at(step) - at(2.0 * step) - 3.0 * at(0.0)) / (2.0 * step);
  EXPECT_NEAR(slope[1], -(moment({0, 1, 0, 0, 0, 0}) - moment({0, 1}) * moment({0, 0, 0, 0})) / 24.0, 1e-4 * std::abs(slope[1]));
  EXPECT_NEAR(slope[2], -(moment({1, 1, 0, 0, 0, 0}) - moment({1, 1}) * moment({0, 0, 0, 0})) / 24.0, 1e-4 * std::abs(slope[2]));
}

TEST(FewNodeNetwork, RefusesWhatItCannotDo) {
  const MomentLayout layout(1, {2, 4});
  const RowMatrix site = one_node().coordinates();
  const WaveRule rule = cos_wave_rule(points(one_node(), site), 1.0);
  const FieldOperator v(one_node(), {.lambda = 1.0});
  EXPECT_THROW(few_node_network(layout, rule, width(1.5), v), UsageError);
  EXPECT_THROW(few_node_network(layout, rule, width(0), v), UsageError);
  EXPECT_THROW(few_node_network(layout, rule, {OutputLayer{1.0, 0.2, {}}, 4.0}, v), UsageError);
  EXPECT_THROW(few_node_network(layout, rule, {OutputLayer{1.0, 0.0, {DensityShape::laplace, 0.0}}, 4.0}, v), UsageError);
  EXPECT_THROW(few_node_network(layout, rule, width(4), FieldOperator(two_nodes(), {.lambda = 1.0})), ShapeError);
  const NodeGrid three(1, 1.0, 3, NodeRule::midpoint);
  EXPECT_THROW(few_node_network(layout, cos_wave_rule(points(three, site), 1.0), width(4), FieldOperator(three, {.lambda = 1.0})),
               UsageError);
  EXPECT_THROW(few_node_network(layout, rule, width(4), FieldOperator(one_node(), {.lambda = -1.0})), UsageError);
  EXPECT_THROW(few_node_network(layout, rule, width(4), FieldOperator(one_node(), {.mu2 = 0.1})), UsageError);
  EXPECT_THROW(few_node_network(layout, rule, width(4), FieldOperator(one_node(), {.lambda = 0.1, .mu2 = 5.0})), UsageError);
}

}  // namespace
}  // namespace nnft::few_node_network_test
