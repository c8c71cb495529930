#include "nnft/action/diagram.hpp"

#include <algorithm>
#include <numeric>
#include <string>

#include "nnft/core/error.hpp"

namespace nnft {
namespace {

constexpr int most_vertices = 8;

/// Where the propagators of vertices i <= j out of n stand.
int place(int n, int i, int j) { return i * n - i * (i - 1) / 2 + (j - i); }
int place_of_pair(int n, int i, int j) { return place(n, std::min(i, j), std::max(i, j)); }

std::uint64_t factorial(int n) {
  std::uint64_t product = 1;
  for (int k = 2; k <= n; ++k) product *= static_cast<std::uint64_t>(k);
  return product;
}

/// Calls `visit` with every permutation of the vertices that keeps their kinds; stops when it returns false.
template <class Visit>
bool each_relabelling(const std::vector<VertexKind>& vertices, std::vector<int>& image, std::size_t first, const Visit& visit) {
  if (first == vertices.size()) return visit(image);
  std::size_t last = first;
  while (last < vertices.size() && vertices[last] == vertices[first]) ++last;
  const auto begin = image.begin() + static_cast<std::ptrdiff_t>(first), end = image.begin() + static_cast<std::ptrdiff_t>(last);
  std::iota(begin, end, static_cast<int>(first));
  do {
    if (!each_relabelling(vertices, image, last, visit)) return false;
  } while (std::next_permutation(begin, end));
  return true;
}

std::vector<int> relabelled(const std::vector<int>& propagators, const std::vector<int>& image) {
  const int n = static_cast<int>(image.size());
  std::vector<int> result(propagators.size());
  for (int i = 0; i < n; ++i)
    for (int j = i; j < n; ++j)
      result[static_cast<std::size_t>(place(n, i, j))] = propagators[static_cast<std::size_t>(
          place_of_pair(n, image[static_cast<std::size_t>(i)], image[static_cast<std::size_t>(j)]))];
  return result;
}

bool connected(int n, const std::vector<int>& propagators) {
  std::vector<bool> reached(static_cast<std::size_t>(n), false);
  std::vector<int> next = {0};
  reached[0] = true;
  while (!next.empty()) {
    const int i = next.back();
    next.pop_back();
    for (int j = 0; j < n; ++j)
      if (!reached[static_cast<std::size_t>(j)] && propagators[static_cast<std::size_t>(place_of_pair(n, i, j))] > 0) {
        reached[static_cast<std::size_t>(j)] = true;
        next.push_back(j);
      }
  }
  return std::ranges::all_of(reached, [](bool one) { return one; });
}

/// Of all relabellings of a diagram one is listed: that with the lexicographically largest propagators.
bool is_representative(const std::vector<VertexKind>& vertices, const std::vector<int>& propagators) {
  std::vector<int> image(vertices.size());
  return each_relabelling(vertices, image, 0,
                          [&](const std::vector<int>& found) { return relabelled(propagators, found) <= propagators; });
}

std::uint64_t relabellings_that_keep(const std::vector<VertexKind>& vertices, const std::vector<int>& propagators) {
  std::uint64_t count = 0;
  std::vector<int> image(vertices.size());
  each_relabelling(vertices, image, 0, [&](const std::vector<int>& found) {
    count += relabelled(propagators, found) == propagators ? 1u : 0u;
    return true;
  });
  return count;
}

void require_vertices(const std::vector<VertexKind>& vertices) {
  if (vertices.empty() || vertices.size() > static_cast<std::size_t>(most_vertices))
    throw ShapeError("diagram: expected 1 to " + std::to_string(most_vertices) + " vertices, got " +
                     std::to_string(vertices.size()));
  for (const VertexKind& kind : vertices)
    if (kind.legs < 1)
      throw ShapeError("diagram: expected vertices with at least one leg, got one with " + std::to_string(kind.legs));
}

/// Chooses the propagators of every pair in turn, from `at` on, out of the legs that are free.
void choose_propagators(const std::vector<VertexKind>& vertices, std::vector<int>& free_legs, std::vector<int>& chosen,
                        std::vector<Diagram>& found) {
  const int n = static_cast<int>(vertices.size());
  const int at = static_cast<int>(chosen.size());
  if (at == n * (n + 1) / 2) {
    if (connected(n, chosen) && is_representative(vertices, chosen)) found.emplace_back(vertices, chosen);
    return;
  }
  int i = 0;
  while (at >= place(n, i, n - 1) + 1) ++i;
  const auto from = static_cast<std::size_t>(i), to = static_cast<std::size_t>(i + at - place(n, i, i));
  const int most = from == to ? free_legs[from] / 2 : std::min(free_legs[from], free_legs[to]);
  for (int count = most; count >= 0; --count) {
    free_legs[from] -= count;
    free_legs[to] -= count;
    chosen.push_back(count);
    choose_propagators(vertices, free_legs, chosen, found);
    chosen.pop_back();
    free_legs[from] += count;
    free_legs[to] += count;
  }
}

/// All multisets of kinds, from the kind at `first` on, with at most `order` in all.
void choose_vertices(std::span<const VertexKind> kinds, std::size_t first, int order, std::vector<VertexKind>& chosen,
                     std::vector<std::vector<VertexKind>>& found) {
  if (!chosen.empty()) found.push_back(chosen);
  for (std::size_t k = first; k < kinds.size(); ++k) {
    if (kinds[k].order > order) continue;
    chosen.push_back(kinds[k]);
    choose_vertices(kinds, k, order - kinds[k].order, chosen, found);
    chosen.pop_back();
  }
}

}  // namespace

Diagram::Diagram(std::vector<VertexKind> vertices, std::vector<int> propagators)
    : vertices_(std::move(vertices)), propagators_(std::move(propagators)), symmetry_factor_(1) {
  require_vertices(vertices_);
  if (!std::ranges::is_sorted(vertices_) || propagators_.size() != static_cast<std::size_t>(size() * (size() + 1) / 2))
    throw ShapeError("diagram: expected sorted vertices and the propagators of every pair of them");
  for (int v = 0; v < size(); ++v)
    if (external_legs(v) < 0)
      throw ShapeError("diagram: a vertex with " + std::to_string(vertices_[static_cast<std::size_t>(v)].legs) +
                       " legs has more propagators than that");
  if (!connected(size(), propagators_)) throw ShapeError("diagram: expected a connected one");
  symmetry_factor_ = relabellings_that_keep(vertices_, propagators_);
  for (int i = 0; i < size(); ++i) {
    symmetry_factor_ *= factorial(external_legs(i)) << this->propagators(i, i);
    for (int j = i; j < size(); ++j) symmetry_factor_ *= factorial(this->propagators(i, j));
  }
}

int Diagram::propagators(int i, int j) const noexcept {
  return propagators_[static_cast<std::size_t>(place_of_pair(size(), i, j))];
}

int Diagram::propagators() const noexcept { return std::accumulate(propagators_.begin(), propagators_.end(), 0); }

int Diagram::external_legs(int vertex) const noexcept {
  int legs = vertices_[static_cast<std::size_t>(vertex)].legs - propagators(vertex, vertex);
  for (int other = 0; other < size(); ++other) legs -= propagators(vertex, other);
  return legs;
}

int Diagram::external_legs() const noexcept {
  int legs = 0;
  for (int v = 0; v < size(); ++v) legs += external_legs(v);
  return legs;
}

int Diagram::order() const noexcept {
  return std::accumulate(vertices_.begin(), vertices_.end(), 0, [](int sum, const VertexKind& kind) { return sum + kind.order; });
}

std::vector<Diagram> connected_diagrams(std::vector<VertexKind> vertices) {
  require_vertices(vertices);
  std::ranges::sort(vertices);
  std::vector<int> free_legs, chosen;
  for (const VertexKind& kind : vertices) free_legs.push_back(kind.legs);
  std::vector<Diagram> found;
  choose_propagators(vertices, free_legs, chosen, found);
  std::ranges::stable_sort(found, std::ranges::greater{}, [](const Diagram& diagram) { return diagram.external_legs(); });
  return found;
}

std::vector<Diagram> diagrams_to_order(std::span<const VertexKind> kinds, int order) {
  for (const VertexKind& kind : kinds)
    if (kind.order < 1)
      throw ShapeError("diagrams: expected kinds of vertices of order >= 1, got order " + std::to_string(kind.order) +
                       ", of which there could be any number");
  std::vector<VertexKind> sorted(kinds.begin(), kinds.end());
  std::ranges::sort(sorted);
  std::vector<std::vector<VertexKind>> choices;
  std::vector<VertexKind> chosen;
  choose_vertices(sorted, 0, order, chosen, choices);
  std::vector<Diagram> found;
  for (const std::vector<VertexKind>& vertices : choices)
    for (Diagram& diagram : connected_diagrams(vertices)) found.push_back(std::move(diagram));
  std::ranges::stable_sort(found, std::ranges::less{}, [](const Diagram& diagram) { return diagram.order(); });
  return found;
}

std::vector<VertexKind> width_vertices(int order) {
  std::vector<VertexKind> kinds;
  for (int k = 1; k <= order; ++k) kinds.push_back({2 * k + 2, k});
  return kinds;
}

}  // namespace nnft
