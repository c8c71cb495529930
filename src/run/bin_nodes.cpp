#include "run/bin_nodes.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "nnft/action/mode_basis.hpp"
#include "nnft/core/format.hpp"
#include "nnft/core/quadrature.hpp"
#include "nnft/core/symmetric_eigen.hpp"

namespace nnft {
namespace {

/// The mean over a piece of a bin is by Gauss–Legendre nodes: to 3·10⁻⁶ of all if it is a standard deviation wide.
constexpr int nodes_in_piece = 3;
/// Along a site.
constexpr int most_pieces = 256, most_pieces_of_pair = 8;

}  // namespace

BinNodes::BinNodes(const HistogramLayout& layout, int entry, int pieces)
    : bins_(layout.bins()), columns_(layout.columns(entry)), pair_(layout.is_pair(entry)) {
  const QuadratureRule rule = gauss_legendre(nodes_in_piece);
  std::vector<double> weights;
  for (int piece = 0; piece < pieces; ++piece)
    for (std::size_t node = 0; node < rule.nodes.size(); ++node) {
      places_.push_back((piece + 0.5 + 0.5 * rule.nodes[node]) / pieces - 0.5);
      weights.push_back(0.5 * rule.weights[node] / pieces);
    }
  const Eigen::Map<const Vector> along(weights.data(), std::ssize(weights));
  weights_ = pair_ ? Vector(RowMatrix(along * along.transpose()).reshaped<Eigen::RowMajor>()) : Vector(along);
}

RowMatrix BinNodes::points(Eigen::Index first, Eigen::Index count) const {
  RowMatrix points(count * in_bin(), pair_ ? 2 : 1);
  const auto along = std::ssize(places_);
  for (Eigen::Index k = 0; k < count; ++k)
    for (Eigen::Index node = 0; node < in_bin(); ++node) {
      const auto bin = static_cast<int>(first + k);
      const Eigen::Index row = k * in_bin() + node;
      if (pair_) {
        points(row, 0) = at(bin / bins_.bins, node / along);
        points(row, 1) = at(bin % bins_.bins, node % along);
      } else {
        points(row, 0) = node < along ? at(bin, node) : bins_.centre(bin);
      }
    }
  return points;
}

int pieces_of_bins(const HistogramLayout& layout, int entry, const RowMatrix& covariance) {
  if (!covariance.allFinite()) return 1;
  const double least = std::sqrt(std::max(0.0, symmetric_eigen(covariance).values[0])), width = layout.bins().width();
  if (!(least > 0.0)) return 1;
  const int most = layout.is_pair(entry) ? most_pieces_of_pair : most_pieces;
  if (!(width <= most * least))
    throw SingularError("expected bins of a width of at most " + std::to_string(most) +
                        " times the least standard deviation of a combination of the fields, " + format_number(least, "%.3g") +
                        ", got " + format_number(width, "%.3g") + ": narrower bins (measure.histogram-bins) or other sites");
  return std::max(1, static_cast<int>(std::ceil(width / least)));
}

}  // namespace nnft
