#include "nnft/theory/mlp_moments.hpp"

#include <gtest/gtest.h>

#include <Eigen/Geometry>
#include <cmath>
#include <numbers>
#include <string>

#include "nnft/core/error.hpp"
#include "nnft/theory/direction_rule.hpp"
#include "nnft/theory/weight_rule.hpp"

namespace nnft::mlp_moments_test {
namespace {

using std::numbers::pi;

MlpSpec shallow(Activation activation, double sigma_weight, double sigma_bias) {
  MlpSpec spec;
  spec.activation = activation;
  spec.sigma_weight = sigma_weight;
  spec.sigma_bias = sigma_bias;
  return spec;
}

SiteSet four_sites(int dimension) {
  RowMatrix x(4, 3);
  x << 0.9, -0.3, 0.2, 0.5, 0.3, -0.6, 1.0, -0.2, 0.4, -0.7, 0.4, 0.8;
  return SiteSet(RowMatrix(x.leftCols(dimension)));
}

/// The largest difference of two rows relative to the largest moment of each order.
double distance(const MomentLayout& layout, const Vector& a, const Vector& b) {
  double worst = 0.0;
  for (const int order : layout.orders()) {
    const int offset = layout.offset(order), count = layout.index(order).size();
    worst = std::max(worst, (a - b).segment(offset, count).cwiseAbs().maxCoeff() / b.segment(offset, count).maxCoeff());
  }
  return worst;
}

// relu: the arc-cosine kernel in 1, 2 and 3 dimensions (Cho, Saul, NIPS 2009) and ½E[z^n] at coincident points.
TEST(MlpExact, ReluKernelAndCoincidentMoments) {
  const MomentLayout layout(4, {2, 4, 6, 8});
  for (const auto& [dimension, bias] : {std::pair{1, 0.0}, {2, 0.0}, {1, 0.7}, {2, 0.7}, {3, 0.0}}) {
    const SiteSet sites = four_sites(dimension);
    const MlpSpec spec = shallow(Activation::relu, 1.3, bias);
    const RowMatrix loadings = input_loadings(spec, sites), g = loadings * loadings.transpose();
    const Vector moments = mlp_feature_moments(layout, spec, sites);
    const double accuracy = loadings.cols() == 3 ? 1e-9 : 1e-12;
    for (int t = 0; t < layout.index(2).size(); ++t) {
      const int p = layout.index(2).tuple(t)[0], q = layout.index(2).tuple(t)[1];
      const double scale = std::sqrt(g(p, p) * g(q, q)), angle = std::acos(std::clamp(g(p, q) / scale, -1.0, 1.0));
      EXPECT_NEAR(moments[t], scale / (2 * pi) * (std::sin(angle) + (pi - angle) * std::cos(angle)), accuracy) << dimension;
    }
    for (const int order : {4, 6, 8}) {
      const int place = layout.offset(order) + layout.index(order).position(std::vector<int>(static_cast<std::size_t>(order), 2));
      const double expected = 0.5 * ParameterDensity{}.moment(order) * std::pow(g(2, 2), order / 2);
      EXPECT_NEAR(moments[place] / expected, 1.0, 10 * accuracy) << dimension << ' ' << order;
    }
  }
}

// relu in three dimensions: nothing depends on the polar axis, and sites of a plane agree with polar coordinates.
TEST(MlpExact, ReluIsInvariantUnderRotations) {
  const MomentLayout layout(4, {2, 4, 6});
  const SiteSet sites = four_sites(3);
  const Eigen::Matrix3d turn = (Eigen::AngleAxisd(0.7, Eigen::Vector3d(1.0, 2.0, -0.5).normalized())).toRotationMatrix();
  const auto moments = [&](const RowMatrix& loadings) {
    NeuronRule rule;
    const DirectionRule directions(loadings);
    rule.sites = 4;
    rule.nodes = [&](int level) { return directions.nodes(level); };
    rule.visit = [&](int level, const FeatureVisitor& visitor) {
      directions.visit(level, [&](const DirectionNodes& n) { visitor({n.weights, n.values.cwiseMax(0.0)}); });
    };
    rule.directions_in = static_cast<int>(loadings.cols());
    rule.tolerance = 1e-9;
    return feature_moments(layout, rule);
  };
  EXPECT_LT(distance(layout, moments(sites.coordinates() * turn), moments(sites.coordinates())), 1e-9);
  RowMatrix flat = sites.coordinates();
  flat.col(2).setZero();
  EXPECT_LT(distance(layout, moments(flat * turn), moments(flat.leftCols(2))), 1e-9);
}

// Smooth activations: the trapezoidal rule against composite Gauss–Legendre in the original components.
TEST(MlpExact, SmoothActivationsAgreeWithAnotherRule) {
  const MomentLayout layout(4, {2, 4, 6});
  for (const Activation activation : all_activations()) {
    if (activation == Activation::relu) continue;
    for (const auto& [dimension, bias] : {std::pair{1, 0.0}, {1, 0.5}}) {
      const SiteSet sites = four_sites(dimension);
      const MlpSpec spec = shallow(activation, 1.6, bias);
      RowMatrix loadings(4, dimension + (bias > 0.0 ? 1 : 0));
      loadings.leftCols(dimension) = spec.sigma_weight / std::sqrt(dimension) * sites.coordinates();
      if (bias > 0.0) loadings.rightCols(1).setConstant(bias);
      const WeightRule other(loadings, ParameterDensity{}, {6.0, false});
      NeuronRule rule;
      rule.sites = 4;
      rule.nodes = [&](int level) { return other.nodes(level); };
      rule.visit = [&](int level, const FeatureVisitor& visitor) {
        other.visit(level, [&](const WeightNodes& n) {
          visitor({n.weights, n.values.unaryExpr([&](double z) { return activate(activation, z); })});
        });
      };
      const Vector moments = mlp_feature_moments(layout, spec, sites);
      EXPECT_LT(distance(layout, moments, feature_moments(layout, rule)), 2e-12)
          << to_string(activation) << ' ' << dimension << ' ' << bias;
    }
  }
}

// erf in three dimensions: the arc-sine kernel (Williams, NIPS 1996). Collinear sites far out reduce to one dimension.
TEST(MlpExact, ErfKernel) {
  const MomentLayout layout(4, {2});
  for (const double scale : {1.0, 3.0, 30.0}) {
    const SiteSet sites(RowMatrix(scale * four_sites(2).coordinates()));
    const MlpSpec spec = shallow(Activation::erf, 1.3, 0.4);
    const RowMatrix loadings = input_loadings(spec, sites), g = loadings * loadings.transpose();
    ASSERT_EQ(loadings.cols(), 3);
    const Vector moments = mlp_feature_moments(layout, spec, sites);
    for (int t = 0; t < layout.index(2).size(); ++t) {
      const int p = layout.index(2).tuple(t)[0], q = layout.index(2).tuple(t)[1];
      const double kernel = 2 / pi * std::asin(2 * g(p, q) / std::sqrt((1 + 2 * g(p, p)) * (1 + 2 * g(q, q))));
      EXPECT_NEAR(moments[t], kernel, 1e-7);
    }
  }
  RowMatrix line(2, 3);
  line << 3.0, 6.0, -6.0, 6.0, 12.0, -12.0;
  EXPECT_EQ(input_loadings(shallow(Activation::tanh, 1.0, 0.0), SiteSet(line)).cols(), 1);
  const Vector moments = mlp_feature_moments(MomentLayout(2, {2}), shallow(Activation::erf, 1.0, 0.0), SiteSet(line));
  EXPECT_NEAR(moments[0], 2 / pi * std::asin(54.0 / 55.0), 1e-10);
}

// A steep function in three dimensions cannot be had to the tolerance: refused, not returned.
TEST(MlpExact, RefusesWhatDoesNotConverge) {
  const SiteSet sites(RowMatrix(1e4 * four_sites(2).coordinates()));
  EXPECT_THROW(mlp_feature_moments(MomentLayout(4, {2}), shallow(Activation::tanh, 1.0, 3.0), sites), UsageError);
}

// Densities of weights: z is linear, so E[z⁴] = Σ κ₄ A⁴ + 3|A|⁴; relu at one site has half of it, kinks or not.
TEST(MlpExact, NonGaussianWeights) {
  const MomentLayout layout(1, {2, 4});
  for (const ParameterDensity& density :
       {ParameterDensity{DensityShape::uniform, 0.0}, ParameterDensity{DensityShape::laplace, 0.0},
        ParameterDensity{DensityShape::student_t, 7.5}, ParameterDensity{DensityShape::rademacher, 0.0}})
    for (const double bias : {0.0, 0.6})
      for (const Activation activation : {Activation::identity, Activation::relu}) {
        MlpSpec spec = shallow(activation, 1.2, bias);
        spec.density = density;
        const Vector moments = mlp_feature_moments(layout, spec, SiteSet(RowMatrix::Constant(1, 1, 0.8)));
        const double half = activation == Activation::relu ? 0.5 : 1.0, variance = 0.96 * 0.96 + bias * bias;
        const double fourth = (density.moment(4) - 3.0) * (std::pow(0.96, 4) + std::pow(bias, 4)) + 3.0 * variance * variance;
        EXPECT_NEAR(moments[0] / (half * variance), 1.0, 1e-11) << to_string(density.shape) << bias;
        EXPECT_NEAR(moments[1] / (half * fourth), 1.0, 1e-11) << to_string(density.shape) << bias;
      }
}

// cos under each density is its characteristic function: E[cos²z] = ½(1 + Re χ(2z)).
TEST(MlpExact, NonGaussianCharacteristicFunctions) {
  const double k = 2.0 * 1.2 * 0.8;
  const auto moment = [&](const ParameterDensity& density) {
    MlpSpec spec = shallow(Activation::cos, 1.2, 0.0);
    spec.density = density;
    return mlp_feature_moments(MomentLayout(1, {2}), spec, SiteSet(RowMatrix::Constant(1, 1, 0.8)))[0];
  };
  const double root3 = std::sqrt(3.0);
  EXPECT_NEAR(moment({DensityShape::uniform, 0.0}), 0.5 * (1 + std::sin(root3 * k) / (root3 * k)), 1e-13);
  EXPECT_NEAR(moment({DensityShape::laplace, 0.0}), 0.5 * (1 + 1 / (1 + 0.5 * k * k)), 1e-13);
  EXPECT_NEAR(moment({DensityShape::rademacher, 0.0}), 0.5 * (1 + std::cos(k)), 1e-15);
  EXPECT_NEAR(moment({DensityShape::student_t, 3.0}), 0.5 * (1 + std::exp(-k) * (1 + k)), 1e-9);
}

// One neuron in every layer without biases: relu and identity are products, tanh agrees with nested sums in one dimension.
TEST(MlpExact, OneNeuronInEveryLayer) {
  const MomentLayout layout(1, {2, 4, 6});
  const SiteSet site(RowMatrix::Constant(1, 1, 0.8));
  MlpSpec spec = shallow(Activation::relu, 1.2, 0.0);
  spec.depth = 3;
  const Vector relu = mlp_feature_moments(layout, spec, site);
  spec.activation = Activation::identity;
  const Vector identity = mlp_feature_moments(layout, spec, site);
  for (const int order : {2, 4, 6}) {
    const double layer = std::pow(1.2, order) * ParameterDensity{}.moment(order);
    EXPECT_NEAR(identity[order / 2 - 1] / (std::pow(layer, 3) * std::pow(0.8, order)), 1.0, 1e-13);
    EXPECT_NEAR(relu[order / 2 - 1] / (std::pow(0.5 * layer, 3) * std::pow(0.8, order)), 1.0, 1e-13);
  }
  for (const Activation activation : {Activation::tanh, Activation::sigmoid, Activation::gelu}) {
    spec.activation = activation;
    spec.depth = 2;
    const Vector moments = mlp_feature_moments(layout, spec, site);
    Vector expected = Vector::Zero(3);
    const double step = 0.04;  // midpoints of both weights
    for (double c = -11.98; c < 12.0; c += step)
      for (double b = -11.98; b < 12.0; b += step) {
        const double h = activate(activation, 1.2 * b * activate(activation, 1.2 * c * 0.8));
        const double weight = step * step / (2 * pi) * std::exp(-0.5 * (b * b + c * c));
        expected += weight * Vector{{h * h, std::pow(h, 4), std::pow(h, 6)}};
      }
    EXPECT_LT((moments.array() / expected.array() - 1.0).abs().maxCoeff(), 1e-8) << to_string(activation);
  }
}

TEST(MlpExact, RefusalsNameTheReason) {
  const auto message = [](const MlpSpec& spec, int dimension) {
    try {
      mlp_feature_moments(MomentLayout(4, {2, 4}), spec, four_sites(dimension));
    } catch (const UsageError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_EQ(message(shallow(Activation::tanh, 1.0, 1.0), 3),
            "exact: mlp with input-dim 3 and biases needs a quadrature in 4 dimensions; expected at most 3");
  EXPECT_EQ(message(shallow(Activation::sin, 1.0, 1.0), 3), "");
  MlpSpec spec = shallow(Activation::tanh, 1.0, 0.0);
  spec.density = {DensityShape::laplace, 0.0};
  EXPECT_NE(message(spec, 3).find("laplace"), std::string::npos);
  spec.activation = Activation::relu;
  spec.density = {DensityShape::student_t, 4.0};
  EXPECT_NE(message(spec, 1).find("degrees of freedom"), std::string::npos);
  spec = shallow(Activation::tanh, 1.0, 0.0);
  spec.depth = 2;
  spec.hidden_widths = {2};
  EXPECT_NE(message(spec, 1).find("hidden-widths"), std::string::npos);
}

}  // namespace
}  // namespace nnft::mlp_moments_test
