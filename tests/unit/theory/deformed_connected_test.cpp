#include "nnft/theory/deformed_connected.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "nnft/core/error.hpp"
#include "nnft/field/architectures/mlp.hpp"
#include "nnft/theory/cos_moments.hpp"
#include "nnft/theory/kernels.hpp"
#include "nnft/theory/mlp_moments.hpp"
#include "nnft/theory/one_neuron.hpp"

namespace nnft::deformed_connected_test {
namespace {

constexpr DeformationKind quartic = DeformationKind::weight_quartic, ring = DeformationKind::weight_ring,
                          shared = DeformationKind::shared_scale;
constexpr double infinity = std::numeric_limits<double>::infinity();

const RowMatrix line = (RowMatrix(2, 1) << 0.4, 1.0).finished();

DeformedProblem cos_problem(double width, std::vector<Deformation> deformations) {
  return {CosFeatures{1.1}, SiteSet(line), {{1.3, 0.0, {}}, width}, std::move(deformations)};
}

/// A relu net of one hidden layer.
DeformedProblem relu_problem(const MomentLayout& layout, double width, std::vector<Deformation> deformations) {
  const SiteSet sites(line);
  const MlpSpec spec{Activation::relu, 1, {}, 1.1, 0.0, {}};
  const auto connected = [=](double scale) {
    const SiteSet scaled(RowMatrix(scale * sites.coordinates()));
    return connected_from_one_neuron(layout, mlp_feature_moments(layout, spec, scaled), OutputLayer{1.3, 0.0, {}}, width);
  };
  return {FreeNet{"relu", connected, 1.1, width, true}, sites, {{1.3, 0.0, {}}, width}, std::move(deformations)};
}

TEST(DeformedConnected, WithoutDeformationIsTheFreeNet) {
  const MomentLayout layout(2, {2, 4, 6, 8});
  for (const DensityShape shape : {DensityShape::normal, DensityShape::uniform, DensityShape::laplace}) {
    const OutputLayer output{1.3, 0.4, {shape, 0.0}};
    DeformedProblem problem = cos_problem(9.0, {});
    problem.readout.output = output;
    const Vector moments = feature_moments(layout, cos_feature_moment(problem.sites, 1.1));
    const Vector free = connected_from_one_neuron(layout, moments, output, 9.0);
    // The free net is computed in double, from terms 10³ times as large.
    EXPECT_LT((deformed_connected(layout, problem) - free).cwiseAbs().maxCoeff(),
              1e-15 * 1e3 * std::max(1.0, free.cwiseAbs().maxCoeff()))
        << to_string(shape);
  }
}

// One relu neuron with one weight, E[h⁴] etc. by Simpson's rule: h(x) = max(0, wx), sites on the same side.
TEST(DeformedConnected, QuarticReluOfOneWeight) {
  const MomentLayout layout(2, {2, 4});
  const double strength = 0.7, s = 1.21;
  double second = 0.0, fourth = 0.0, norm = 0.0;
  constexpr int intervals = 4000;
  for (int i = 0; i <= intervals; ++i) {
    const double w = 8.0 * i / intervals, factor = i == 0 || i == intervals ? 1.0 : (i % 2 == 1 ? 4.0 : 2.0);
    const double p = factor * std::exp(-0.5 * w * w / s - strength * std::pow(w, 4));
    second += 0.5 * p * w * w;
    fourth += 0.5 * p * std::pow(w, 4);
    norm += p;
  }
  const double g2 = 1.69 * second / norm, g4 = 1.69 * 1.69 * 3 * fourth / norm;
  const Vector exact = deformed_connected(layout, relu_problem(layout, 1, {{quartic, strength}}));
  // mlp_feature_moments has 1e-10.
  EXPECT_NEAR(exact[1], g2 * 0.4, 1e-9);
  EXPECT_NEAR(exact[layout.offset(4) + 1], (g4 - 3 * g2 * g2) * std::pow(0.4, 3), 1e-9);
  const Vector half = deformed_connected(layout, relu_problem(layout, 1, {{quartic, 0.5 * strength}}));
  EXPECT_GT(std::abs(half[1] - g2 * 0.4), 1e-2);
}

TEST(DeformedConnected, UnknownEntriesStayUnknown) {
  const MomentLayout layout(2, {2, 4});
  DeformedProblem problem = relu_problem(layout, 5, {{quartic, 0.3}, {shared, 0.2}});
  Vector values = std::get<FreeNet>(problem.net).connected(1.0);
  for (const int t : {1, layout.offset(4) + 1, layout.offset(4) + 2, layout.offset(4) + 3}) values[t] = std::nan("");
  const Vector known = deformed_connected(layout, problem);
  std::get<FreeNet>(problem.net).connected = [values](double) { return values; };
  const Vector partly = deformed_connected(layout, problem);
  for (int t = 0; t < layout.size(); ++t) {
    EXPECT_EQ(std::isnan(partly[t]), std::isnan(values[t]));
    if (!std::isnan(values[t])) {
      EXPECT_EQ(partly[t], known[t]);
    }
  }
}

// At infinite width G4c = α Σ₃ KK and G6c = 2α² Σ₁₅ KKK, a₀ in K.
TEST(DeformedConnected, SharedScaleOfTheGaussianProcess) {
  const MomentLayout layout(2, {2, 4, 6});
  DeformedProblem problem = cos_problem(infinity, {{shared, 0.3}});
  problem.readout.output.sigma_out_bias = 0.5;
  const RowMatrix k = cos_kernel(problem.sites, 1.1, problem.readout.output);
  const RowMatrix rows = deformed_derivatives(layout, problem, SeriesBasis(1, 3));
  const int quad = layout.offset(4) + layout.index(4).position({0, 0, 0, 1});
  const int sextet = layout.offset(6) + layout.index(6).position({0, 0, 0, 0, 0, 1});
  EXPECT_NEAR(rows(0, 1), k(0, 1), 1e-15);
  EXPECT_NEAR(rows(0, quad), 0.3 * 3 * k(0, 0) * k(0, 1), 1e-14);
  EXPECT_NEAR(rows(1, quad), 3 * k(0, 0) * k(0, 1), 1e-14);
  EXPECT_NEAR(rows(2, quad), 0.0, 1e-15);
  EXPECT_NEAR(rows(0, sextet), 2 * 0.09 * 15 * k(0, 0) * k(0, 0) * k(0, 1), 1e-13);
  EXPECT_NEAR(rows(2, sextet), 4 * 15 * k(0, 0) * k(0, 0) * k(0, 1), 1e-13);
}

// Differences over both strengths, of steps h and 2h to cancel h²: wrong by 4h⁴/30 of sixth derivatives (10⁴) and 1e-15/h².
TEST(DeformedConnected, MixedDerivatives) {
  const MomentLayout layout(2, {2, 4});
  const SeriesBasis basis(2, 2);
  for (const DeformationKind kind : {quartic, ring})
    for (const double width : {2.0, 40.0}) {
      const auto value = [&](double a, double b) {
        return deformed_connected(layout, cos_problem(width, {{shared, 0.3 + a}, {kind, 0.2 + b}}));
      };
      const auto mixed = [&](double h) {
        return Vector((value(h, h) - value(h, -h) - value(-h, h) + value(-h, -h)) / (4 * h * h));
      };
      const RowMatrix rows = deformed_derivatives(layout, cos_problem(width, {{shared, 0.3}, {kind, 0.2}}), basis);
      const Vector difference = (4.0 * mixed(1e-3) - mixed(2e-3)) / 3.0;
      EXPECT_LT((rows.row(basis.position({1, 1, 0})).transpose() - difference).cwiseAbs().maxCoeff(), 1e-8);
      EXPECT_LT((rows.row(0).transpose() - value(0, 0)).cwiseAbs().maxCoeff(), 1e-15);
    }
}

// Weights of variance s/√(1 − 4α²) at infinite width.
TEST(DeformedConnected, RingAtInfiniteWidth) {
  const MomentLayout layout(2, {2, 4});
  const double alpha = 0.3, sigma = 1.1 * std::pow(1.0 - 4 * alpha * alpha, -0.25);
  const RowMatrix of_cos = cos_kernel(SiteSet(line), sigma, {1.3, 0.0, {}});
  EXPECT_NEAR(deformed_connected(layout, cos_problem(infinity, {{ring, alpha}}))[1], of_cos(0, 1), 1e-14);
  const RowMatrix of_relu = mlp_kernel(SiteSet(line), {Activation::relu, 1, {}, sigma, 0.0, {}}, {1.3, 0.0, {}});
  // mlp_feature_moments has 1e-10.
  EXPECT_NEAR(deformed_connected(layout, relu_problem(layout, infinity, {{ring, alpha}}))[1], of_relu(0, 1), 1e-9);
}

TEST(DeformedConnected, RefusesWhatIsNotKnown) {
  const MomentLayout layout(2, {2, 4});
  const SeriesBasis one(1, 1), two(2, 1);
  EXPECT_THROW(deformed_connected(layout, cos_problem(5, {{quartic, 0.1}, {ring, 0.1}})), UsageError);
  EXPECT_THROW(deformed_derivatives(layout, cos_problem(5, {{quartic, 0.0}, {ring, 0.1}}), one), UsageError);
  EXPECT_THROW(deformed_derivatives(layout, cos_problem(5, {{quartic, 0.0}, {ring, 0.0}}), two), UsageError);
  EXPECT_NO_THROW(deformed_connected(layout, cos_problem(5, {{quartic, 0.0}, {ring, 0.1}})));
  EXPECT_NO_THROW(deformed_derivatives(layout, cos_problem(5, {{quartic, 0.1}, {ring, 0.0}}), one));
  EXPECT_THROW(deformed_connected(layout, cos_problem(5, {{shared, 0.1}, {shared, 0.1}})), UsageError);
  EXPECT_THROW(deformed_connected(layout, cos_problem(5, {{quartic, -0.1}})), UsageError);
  EXPECT_THROW(deformed_connected(layout, cos_problem(5, {{ring, 0.5}})), UsageError);
  EXPECT_THROW(deformed_connected(layout, cos_problem(5.5, {{ring, 0.1}})), UsageError);
  EXPECT_THROW(deformed_derivatives(layout, cos_problem(5, {{quartic, 0.1}}), two), ShapeError);
  EXPECT_THROW(deformed_connected(layout, relu_problem(layout, 5, {{ring, 0.1}})), UsageError);
  EXPECT_THROW(deformed_derivatives(layout, relu_problem(layout, infinity, {{ring, 0.1}}), one), UsageError);
  DeformedProblem inhomogeneous = relu_problem(layout, 5, {{quartic, 0.1}});
  std::get<FreeNet>(inhomogeneous.net).homogeneous = false;
  EXPECT_THROW(deformed_connected(layout, inhomogeneous), UsageError);
}

}  // namespace
}  // namespace nnft::deformed_connected_test
