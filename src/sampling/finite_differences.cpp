#include "nnft/sampling/finite_differences.hpp"

#include <Eigen/LU>
#include <algorithm>
#include <sstream>
#include <vector>

#include "nnft/core/error.hpp"

namespace nnft {
namespace {

void require_distinct(const Vector& nodes, double step) {
  std::vector<double> sorted(nodes.begin(), nodes.end());
  std::ranges::sort(sorted);
  if (nodes.allFinite() && std::ranges::adjacent_find(sorted) == sorted.end()) return;
  std::ostringstream message;
  message << "derivative: expected a step that takes " << nodes[0] << " to other numbers, got " << step;
  throw UsageError(message.str());
}

}  // namespace

Stencil derivative_stencil(double x, double step, double least) {
  const std::vector<double> steps =
      x - 2.0 * step >= least ? std::vector<double>{0, 1, -1, 2, -2} : std::vector<double>{0, 1, 2, 3, 4, 5};
  const auto count = static_cast<Eigen::Index>(steps.size());
  using Matrix = Eigen::Matrix<long double, Eigen::Dynamic, Eigen::Dynamic>;
  Stencil stencil{Vector(count), RowMatrix(2, count)};
  for (Eigen::Index k = 0; k < count; ++k) stencil.nodes[k] = x + steps[static_cast<std::size_t>(k)] * step;
  require_distinct(stencil.nodes, step);
  Matrix powers(count, count);  // row n: steps^n, so that the weights of d^n/dx^n solve powers·w = n! e_n
  for (Eigen::Index k = 0; k < count; ++k) {
    // Of the nodes as they are, rounded.
    const long double distance = (static_cast<long double>(stencil.nodes[k]) - x) / step;
    powers(0, k) = 1.0L;
    for (Eigen::Index n = 1; n < count; ++n) powers(n, k) = powers(n - 1, k) * distance;
  }
  Matrix right = Matrix::Zero(count, 2);
  right(1, 0) = 1.0L / step;
  right(2, 1) = 2.0L / (static_cast<long double>(step) * step);
  stencil.weights = powers.fullPivLu().solve(right).transpose().cast<double>();
  return stencil;
}

}  // namespace nnft
