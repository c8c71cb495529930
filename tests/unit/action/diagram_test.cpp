#include "nnft/action/diagram.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <map>
#include <numeric>
#include <utility>

#include "nnft/core/error.hpp"

namespace nnft::diagram_test {
namespace {

/// Wick contractions of labelled legs counted one by one: how many connected ones leave each number of legs over.
std::map<int, double> connected_contractions(const std::vector<VertexKind>& vertices) {
  std::vector<int> vertex_of;
  for (std::size_t v = 0; v < vertices.size(); ++v)
    vertex_of.insert(vertex_of.end(), static_cast<std::size_t>(vertices[v].legs), int(v));
  std::map<int, double> counts;
  std::vector<int> group(vertices.size());
  std::iota(group.begin(), group.end(), 0);
  // Legs in turn: each is left over or joined to a later one. Groups of connected vertices are passed by value.
  const std::function<void(std::vector<bool>, std::vector<int>, std::size_t, int)> go = [&](std::vector<bool> used,
                                                                                            std::vector<int> groups,
                                                                                            std::size_t leg, int external) {
    while (leg < used.size() && used[leg]) ++leg;
    if (leg == used.size()) {
      bool one = true;
      for (const int g : groups) one = one && g == groups[0];
      if (one) counts[external] += 1.0;
      return;
    }
    used[leg] = true;
    go(used, groups, leg + 1, external + 1);
    for (std::size_t other = leg + 1; other < used.size(); ++other) {
      if (used[other]) continue;
      std::vector<int> merged = groups;
      const int from = groups[static_cast<std::size_t>(vertex_of[leg])], to = groups[static_cast<std::size_t>(vertex_of[other])];
      for (int& g : merged)
        if (g == from) g = to;
      used[other] = true;
      go(used, merged, leg + 1, external);
      used[other] = false;
    }
  };
  go(std::vector<bool>(vertex_of.size(), false), group, 0, 0);
  return counts;
}

double weight_of(const std::vector<VertexKind>& vertices) {
  double weight = 1.0;
  std::map<VertexKind, int> number;
  for (const VertexKind& kind : vertices) weight /= std::tgamma(kind.legs + 1.0) * ++number[kind];
  return weight;
}

class EveryContraction : public testing::TestWithParam<std::vector<VertexKind>> {};

TEST_P(EveryContraction, IsInOneDiagram) {
  std::map<int, double> sums;
  for (const Diagram& diagram : connected_diagrams(GetParam()))
    sums[diagram.external_legs()] += 1.0 / static_cast<double>(diagram.symmetry_factor());
  std::map<int, double> counted = connected_contractions(GetParam());
  ASSERT_EQ(sums.size(), counted.size());
  for (const auto& [legs, sum] : sums)
    EXPECT_NEAR(sum, counted[legs] * weight_of(GetParam()), 1e-12 * sum) << legs << " external legs";
}

INSTANTIATE_TEST_SUITE_P(
    Vertices, EveryContraction,
    testing::Values(std::vector<VertexKind>{{4, 1}}, std::vector<VertexKind>{{8, 3}}, std::vector<VertexKind>{{4, 1}, {4, 1}},
                    std::vector<VertexKind>{{4, 1}, {6, 2}}, std::vector<VertexKind>{{4, 1}, {4, 1}, {4, 1}},
                    std::vector<VertexKind>{{3, 1}, {3, 1}, {4, 1}}, std::vector<VertexKind>{{3, 1}, {3, 1}, {3, 1}, {3, 1}},
                    std::vector<VertexKind>{{2, 1}, {2, 2}, {3, 1}, {5, 1}}, std::vector<VertexKind>{{1, 1}, {1, 1}, {4, 2}}));

/// physics.md §5 spells these out.
TEST(Diagram, SecondOrderHasTheKnownSymmetryFactors) {
  std::multimap<std::pair<int, int>, std::uint64_t> found;  // vertices and external legs
  for (const Diagram& diagram : diagrams_to_order(width_vertices(2), 2))
    found.emplace(std::pair(diagram.size(), diagram.external_legs()), diagram.symmetry_factor());
  const std::multimap<std::pair<int, int>, std::uint64_t> expected = {
      {{1, 4}, 24},  {{1, 2}, 4},  {{1, 0}, 8},                                           // G4
      {{1, 6}, 720}, {{1, 4}, 48}, {{1, 2}, 16}, {{1, 0}, 48},                            // G6
      {{2, 6}, 72},  {{2, 4}, 16}, {{2, 4}, 12}, {{2, 2}, 12}, {{2, 2}, 8}, {{2, 2}, 8},  // G4 G4
      {{2, 0}, 48},  {{2, 0}, 16}};
  const auto sorted = [](const auto& map) {
    std::vector<std::pair<std::pair<int, int>, std::uint64_t>> list(map.begin(), map.end());
    std::sort(list.begin(), list.end());
    return list;
  };
  EXPECT_EQ(sorted(found), sorted(expected));
}

TEST(Diagram, OneVertexHasEveryNumberOfSelfLoops) {
  const std::vector<Diagram> diagrams = connected_diagrams({{8, 1}});
  ASSERT_EQ(diagrams.size(), 5u);
  for (int loops = 0; loops <= 4; ++loops) {
    const Diagram& diagram = diagrams[static_cast<std::size_t>(loops)];
    EXPECT_EQ(diagram.propagators(0, 0), loops);
    EXPECT_EQ(diagram.external_legs(), 8 - 2 * loops);
    EXPECT_EQ(static_cast<double>(diagram.symmetry_factor()),
              std::tgamma(9.0 - 2 * loops) * std::pow(2.0, loops) * std::tgamma(loops + 1.0));
  }
}

TEST(Diagram, OrdersAddUp) {
  for (const Diagram& diagram : diagrams_to_order(width_vertices(3), 3)) {
    EXPECT_LE(diagram.order(), 3);
    int legs = diagram.external_legs() + 2 * diagram.propagators();
    for (const VertexKind& kind : diagram.vertices()) legs -= kind.legs;
    EXPECT_EQ(legs, 0);
    EXPECT_LE(diagram.external_legs(), 2 * diagram.order() + 2);
  }
}

TEST(Diagram, RefusesTheImpossible) {
  EXPECT_THROW(Diagram({{4, 1}}, {3}), ShapeError);
  EXPECT_THROW(Diagram({{4, 1}, {4, 1}}, {1, 0, 1}), ShapeError);  // not connected
  EXPECT_THROW(connected_diagrams({}), ShapeError);
  EXPECT_THROW(connected_diagrams({{0, 1}}), ShapeError);
  const std::vector<VertexKind> endless = {{4, 0}};
  EXPECT_THROW(diagrams_to_order(endless, 1), ShapeError);
}

}  // namespace
}  // namespace nnft::diagram_test
