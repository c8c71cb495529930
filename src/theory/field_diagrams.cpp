#include "nnft/theory/field_diagrams.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "nnft/core/error.hpp"

namespace nnft {
namespace {

constexpr int most_nodes = 256;
constexpr std::size_t most_vertices = 3;

/// Lines of a labelled graph: from each vertex to itself, and between vertices (0, 1), (1, 2), (0, 2).
struct Lines {
  std::array<int, most_vertices> loops{};
  std::array<int, most_vertices> between{};
};

bool is_connected(const Lines& lines, std::size_t vertices) {
  const auto pairs = std::ranges::count_if(lines.between, [](int n) { return n > 0; });
  return pairs + 1 >= static_cast<std::ptrdiff_t>(vertices);
}

double factorial(int n) { return n < 2 ? 1.0 : n * factorial(n - 1); }

/// All connected graphs whose vertices have the given number of ends left for internal lines.
std::vector<Lines> graphs(const std::array<int, most_vertices>& ends, std::size_t vertices) {
  std::vector<Lines> found;
  for (int a = 0; a <= std::min(ends[0], ends[1]); ++a)
    for (int b = 0; b <= std::min(ends[1], ends[2]); ++b)
      for (int c = 0; c <= std::min(ends[0], ends[2]); ++c) {
        const std::array<int, most_vertices> left = {ends[0] - a - c, ends[1] - a - b, ends[2] - b - c};
        if (std::ranges::any_of(left, [](int n) { return n < 0 || n % 2 != 0; })) continue;
        const Lines lines{{left[0] / 2, left[1] / 2, left[2] / 2}, {a, b, c}};
        if (is_connected(lines, vertices)) found.push_back(lines);
      }
  return found;
}

/// One over the symmetries of the lines of a labelled graph; the 1/k! of the vertices are gone.
double symmetry(const Lines& lines) {
  double factor = 1.0;
  for (std::size_t v = 0; v < most_vertices; ++v)
    factor /= factorial(lines.between[v]) * factorial(lines.loops[v]) * static_cast<double>(1 << lines.loops[v]);
  return factor;
}

class DiagramSum {
 public:
  DiagramSum(const NodeCovariance& g, std::span<const int> degrees, std::span<const int> tuple)
      : g_(g), degrees_(degrees), tuple_(tuple) {
    powers_.emplace_back(RowMatrix::Ones(g.nodes.rows(), g.nodes.cols()));
    for (int k = 1; k <= std::ranges::max(degrees); ++k) powers_.push_back(powers_.back().cwiseProduct(g.nodes));
  }

  double operator()() const {
    const std::size_t vertices = degrees_.size();
    std::size_t attachments = 1;
    for (std::size_t leg = 0; leg < tuple_.size(); ++leg) attachments *= vertices;
    double sum = 0.0;
    for (std::size_t code = 0; code < attachments; ++code) {
      std::array<int, most_vertices> ends{};
      std::ranges::copy(degrees_, ends.begin());
      std::array<Vector, most_vertices> attached;
      attached.fill(g_.weights);
      std::size_t rest = code;
      for (const int site : tuple_) {
        attached[rest % vertices].array() *= g_.legs.col(site).array();
        --ends[rest % vertices];
        rest /= vertices;
      }
      if (std::ranges::any_of(ends, [](int n) { return n < 0; })) continue;
      for (const Lines& lines : graphs(ends, vertices)) sum += symmetry(lines) * value(attached, lines);
    }
    double factor = vertices % 2 == 0 ? 1.0 : -1.0;
    for (const int degree : {2, 4, 6, 8}) factor /= factorial(static_cast<int>(std::ranges::count(degrees_, degree)));
    return factor * sum;
  }

 private:
  double value(std::array<Vector, most_vertices> f, const Lines& lines) const {
    const std::size_t vertices = degrees_.size();
    for (std::size_t v = 0; v < vertices; ++v) f[v].array() *= g_.nodes.diagonal().array().pow(lines.loops[v]);
    const auto power = [&](std::size_t k) -> const RowMatrix& { return powers_[static_cast<std::size_t>(lines.between[k])]; };
    if (vertices == 1) return f[0].sum();
    if (vertices == 2) return f[0].dot(power(0) * f[1]);
    if (lines.between[0] == 0) return (power(2) * f[0]).cwiseProduct(power(1) * f[1]).dot(f[2]);
    if (lines.between[1] == 0) return (power(0) * f[1]).cwiseProduct(power(2) * f[2]).dot(f[0]);
    if (lines.between[2] == 0) return (power(0) * f[0]).cwiseProduct(power(1) * f[2]).dot(f[1]);
    const RowMatrix around = power(2) * f[2].asDiagonal() * power(1);
    return f[0].dot(power(0).cwiseProduct(around) * f[1]);
  }

  const NodeCovariance& g_;
  std::span<const int> degrees_;
  std::span<const int> tuple_;
  std::vector<RowMatrix> powers_;
};

}  // namespace

double diagram_sum(const NodeCovariance& covariance, std::span<const int> degrees, std::span<const int> tuple) {
  if (degrees.empty() || degrees.size() > most_vertices ||
      std::ranges::any_of(degrees, [](int degree) { return degree < 2 || degree > 8 || degree % 2 != 0; }))
    throw UsageError("diagram_sum: expected one to three vertices of degree 2, 4, 6 or 8, got " + std::to_string(degrees.size()) +
                     " vertices");
  return DiagramSum(covariance, degrees, tuple)();
}

Vector quartic_third_order(const MomentLayout& layout, const RowMatrix& covariance, const Vector& weights) {
  const Eigen::Index nodes = weights.size(), points = nodes + layout.sites();
  if (layout.orders().back() > 4)
    throw UsageError("perturbation theory to third order: expected orders 2 and 4, got order " +
                     std::to_string(layout.orders().back()));
  if (nodes > most_nodes)
    throw UsageError("perturbation theory to third order: expected at most " + std::to_string(most_nodes) + " nodes, got " +
                     std::to_string(nodes));
  if (covariance.rows() != points || covariance.cols() != points)
    throw ShapeError("quartic_third_order: expected a covariance of shape (" + std::to_string(points) + ", " +
                     std::to_string(points) + "), got (" + std::to_string(covariance.rows()) + ", " +
                     std::to_string(covariance.cols()) + ")");
  const NodeCovariance g = node_covariance(covariance, weights);
  constexpr std::array<int, 3> quartic = {4, 4, 4};
  Vector row(layout.size());
  for (const int order : layout.orders())
    for (int t = 0; t < layout.index(order).size(); ++t)
      row[layout.offset(order) + t] = diagram_sum(g, quartic, {layout.index(order).tuple(t), static_cast<std::size_t>(order)});
  return row;
}

}  // namespace nnft
