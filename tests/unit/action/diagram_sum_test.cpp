#include "nnft/action/diagram_sum.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "nnft/core/error.hpp"

namespace nnft::diagram_sum_test {
namespace {

Vector some_tensor(const SymmetricAlgebra& algebra, int legs) {
  Vector tensor(algebra.size(legs));
  for (Eigen::Index k = 0; k < tensor.size(); ++k) tensor[k] = std::sin(1.0 + 3.7 * static_cast<double>(k) + legs);
  return tensor;
}

/// The contraction of a diagram with y on its external legs, by a sum over the mode of every leg.
double by_every_leg(const Diagram& diagram, const SymmetricAlgebra& algebra, const std::vector<Vector>& tensors,
                    const Vector& y) {
  struct Line {
    int from, to;  // to −1: external
  };
  std::vector<Line> lines;
  for (int i = 0; i < diagram.size(); ++i) {
    for (int j = i; j < diagram.size(); ++j)
      lines.insert(lines.end(), static_cast<std::size_t>(diagram.propagators(i, j)), {i, j});
    lines.insert(lines.end(), static_cast<std::size_t>(diagram.external_legs(i)), {i, -1});
  }
  std::vector<std::vector<int>> legs(static_cast<std::size_t>(diagram.size()));
  const std::function<double(std::size_t)> sum_from = [&](std::size_t line) {
    if (line == lines.size()) {
      double product = 1.0;
      for (std::size_t v = 0; v < legs.size(); ++v)
        product *= tensors[v][algebra.index(static_cast<int>(legs[v].size())).position(legs[v])];
      return product;
    }
    double sum = 0.0;
    for (int mode = 0; mode < algebra.modes(); ++mode) {
      const Line& at = lines[line];
      legs[static_cast<std::size_t>(at.from)].push_back(mode);
      if (at.to >= 0) legs[static_cast<std::size_t>(at.to)].push_back(mode);
      sum += sum_from(line + 1) * (at.to < 0 ? y[mode] : 1.0);
      legs[static_cast<std::size_t>(at.from)].pop_back();
      if (at.to >= 0) legs[static_cast<std::size_t>(at.to)].pop_back();
    }
    return sum;
  };
  return sum_from(0);
}

double polynomial_at(const SymmetricAlgebra& algebra, int legs, const Vector& tensor, const Vector& y) {
  double sum = 0.0;
  for (int t = 0; t < algebra.size(legs); ++t) {
    double term = tensor[t] * algebra.multiplicities(legs)[t];
    for (int k = 0; k < legs; ++k) term *= y[algebra.index(legs).tuple(t)[k]];
    sum += term;
  }
  return sum;
}

class EveryDiagram : public testing::TestWithParam<std::vector<VertexKind>> {};

TEST_P(EveryDiagram, IsTheSumOverAllItsLegs) {
  const int modes = 2;
  const SymmetricAlgebra algebra(modes, 12);
  Vector y(modes);
  y << 0.7, -1.3;
  for (const double propagator : {1.0, -1.0})
    for (const Diagram& diagram : connected_diagrams(GetParam())) {
      std::vector<VertexKind> kinds = diagram.vertices();
      kinds.erase(std::unique(kinds.begin(), kinds.end()), kinds.end());
      std::vector<Vector> tensors, of_vertices;
      for (const VertexKind& kind : kinds) tensors.push_back(some_tensor(algebra, kind.legs) * kind.order);
      for (const VertexKind& kind : diagram.vertices()) of_vertices.push_back(some_tensor(algebra, kind.legs) * kind.order);
      const DiagramSum sum(modes, kinds, std::span(&diagram, 1), propagator);
      const DiagramTensors found = sum.sum(tensors);
      const int legs = diagram.external_legs();
      const double value =
          polynomial_at(algebra, legs, found[static_cast<std::size_t>(diagram.order())][static_cast<std::size_t>(legs)], y);
      const double expected = std::pow(propagator, diagram.propagators()) / static_cast<double>(diagram.symmetry_factor()) *
                              by_every_leg(diagram, algebra, of_vertices, y);
      EXPECT_NEAR(value, expected, 1e-12 * (1.0 + std::abs(expected)));
    }
}

INSTANTIATE_TEST_SUITE_P(Vertices, EveryDiagram,
                         testing::Values(std::vector<VertexKind>{{6, 2}}, std::vector<VertexKind>{{4, 1}, {6, 2}},
                                         std::vector<VertexKind>{{4, 1}, {4, 1}, {4, 1}},
                                         std::vector<VertexKind>{{3, 1}, {3, 1}, {3, 1}, {3, 1}},
                                         std::vector<VertexKind>{{2, 1}, {2, 3}, {4, 2}, {3, 1}}));

TEST(DiagramSum, AddsDiagramsOfEqualOrderAndLegs) {
  const std::vector<VertexKind> kinds = width_vertices(2);
  const SymmetricAlgebra algebra(3, 6);
  const std::vector<Vector> tensors = {some_tensor(algebra, 4), some_tensor(algebra, 6)};
  const std::vector<Diagram> diagrams = diagrams_to_order(kinds, 2);
  const DiagramTensors all = DiagramSum(3, kinds, diagrams, -1.0).sum(tensors);
  Vector sum = Vector::Zero(algebra.size(4));
  for (const Diagram& diagram : diagrams)
    if (diagram.order() == 2 && diagram.external_legs() == 4)
      sum += DiagramSum(3, kinds, std::span(&diagram, 1), -1.0).sum(tensors)[2][4];
  EXPECT_TRUE(all[2][4].isApprox(sum, 1e-13));
}

TEST(DiagramSum, RefusesTensorsThatDoNotFit) {
  const std::vector<VertexKind> kinds = {{4, 1}};
  const DiagramSum sum(2, kinds, connected_diagrams({{4, 1}}), 1.0);
  const std::vector<Vector> none, wrong = {Vector::Zero(4)};
  EXPECT_THROW(sum.sum(none), ShapeError);
  EXPECT_THROW(sum.sum(wrong), ShapeError);
  EXPECT_THROW(DiagramSum(2, kinds, connected_diagrams({{6, 2}}), 1.0), ShapeError);
}

}  // namespace
}  // namespace nnft::diagram_sum_test
