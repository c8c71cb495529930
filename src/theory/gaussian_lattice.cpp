#include "nnft/theory/gaussian_lattice.hpp"

#include <Eigen/SVD>
#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>
#include <utility>
#include <vector>

#include "nnft/core/error.hpp"
#include "nnft/core/quadrature.hpp"
#include "nnft/core/symmetric_eigen.hpp"

namespace nnft {
namespace {

constexpr int chunk = 512;

int hermite_points(int level) { return 5 + 3 * level; }

/// Gauss–Hermite for N(0, 1). Golub, Welsch, Math. Comp. 23 (1969) 221.
QuadratureRule gauss_hermite(int points) {
  RowMatrix jacobi = RowMatrix::Zero(points, points);
  for (int k = 1; k < points; ++k) jacobi(k, k - 1) = jacobi(k - 1, k) = std::sqrt(k);
  const SymmetricEigen eigen = symmetric_eigen(jacobi);
  QuadratureRule rule;
  for (int k = 0; k < points; ++k) rule.add(eigen.values[k], std::pow(eigen.vectors(0, k), 2));
  return rule;
}

/// Collects points u and turns full chunks into nodes.
class NodeBuffer {
 public:
  NodeBuffer(const RowMatrix& loadings, const std::function<void(const GaussianNodes&)>& visitor)
      : loadings_(loadings), visitor_(visitor), points_(loadings.cols(), chunk), weights_(chunk) {}

  void add(const double* u, double weight) {
    for (Eigen::Index axis = 0; axis < points_.rows(); ++axis) points_(axis, used_) = u[axis];
    weights_[used_++] = weight;
    if (used_ == chunk) flush();
  }

  void flush() {
    if (used_ == 0) return;
    visitor_({weights_.head(used_), loadings_ * points_.leftCols(used_)});
    used_ = 0;
  }

 private:
  const RowMatrix& loadings_;
  const std::function<void(const GaussianNodes&)>& visitor_;
  RowMatrix points_;
  Vector weights_;
  Eigen::Index used_ = 0;
};

}  // namespace

RowMatrix gaussian_loadings(const RowMatrix& covariance, double least) {
  if (covariance.rows() != covariance.cols()) throw ShapeError("Gaussian average: expected a square covariance");
  const SymmetricEigen eigen = symmetric_eigen(covariance);
  const Eigen::Index size = covariance.rows();
  const double largest = std::max(eigen.values[size - 1], 0.0);
  Eigen::Index rank = 1;
  while (rank < size && eigen.values[size - 1 - rank] > least * largest) ++rank;
  RowMatrix loadings(size, rank);
  for (Eigen::Index k = 0; k < rank; ++k)
    loadings.col(k) = eigen.vectors.col(size - 1 - k) * std::sqrt(std::max(eigen.values[size - 1 - k], 0.0));
  return loadings;
}

RowMatrix reduce_rank(const RowMatrix& vectors) {
  const Eigen::JacobiSVD<Eigen::MatrixXd> svd(vectors, Eigen::ComputeThinU | Eigen::ComputeThinV);
  const Vector& values = svd.singularValues();
  Eigen::Index rank = 1;
  while (rank < values.size() && values[rank] > 1e-13 * values[0]) ++rank;
  return svd.matrixU().leftCols(rank) * values.head(rank).asDiagonal();
}

GaussianLattice::GaussianLattice(RowMatrix loadings, double range, bool even)
    : loadings_(std::move(loadings)), range_(range), even_(even) {
  if (dimension() < 1 || dimension() > 4)
    throw UsageError("Gaussian average: expected 1 to 4 dimensions, got " + std::to_string(dimension()));
}

double GaussianLattice::step(int axis, int level) const {
  const double steepest = loadings_.col(axis).cwiseAbs().maxCoeff();
  const double first = std::min(dimension() <= 2 ? 0.6 : 0.75, 1.2 / std::max(steepest, 1e-300));
  return first / std::pow(dimension() <= 2 ? 2.0 : 1.5, level);
}

bool GaussianLattice::is_flat(int axis) const { return axis > 0 && loadings_.col(axis).cwiseAbs().maxCoeff() < 0.35; }

double GaussianLattice::nodes(int level) const {
  constexpr double ball_fraction[] = {1.0, std::numbers::pi / 4.0, std::numbers::pi / 6.0, 0.30842513753};
  double count = even_ ? 0.5 : 1.0;
  int steep = 0;
  for (int axis = 0; axis < dimension(); ++axis) {
    count *= is_flat(axis) ? hermite_points(level) : 2.0 * range_ / step(axis, level);
    steep += is_flat(axis) ? 0 : 1;
  }
  return count * ball_fraction[steep - 1];
}

void GaussianLattice::visit(int level, const std::function<void(const GaussianNodes&)>& visitor) const {
  NodeBuffer buffer(loadings_, visitor);
  std::vector<double> u(static_cast<std::size_t>(dimension()));
  const QuadratureRule hermite = gauss_hermite(hermite_points(level));
  const std::function<void(int, double, double)> fill = [&](int axis, double rest, double weight) {
    const auto descend = [&](double x, double squares_left, double w) {
      u[static_cast<std::size_t>(axis)] = x;
      if (axis + 1 == dimension())
        buffer.add(u.data(), w);
      else
        fill(axis + 1, squares_left, w);
    };
    if (is_flat(axis)) {
      for (std::size_t k = 0; k < hermite.size(); ++k) descend(hermite.nodes[k], rest, weight * hermite.weights[k]);
      return;
    }
    const double h = step(axis, level);
    const bool half = even_ && axis == 0;
    const double density = (half ? 2.0 : 1.0) * h / std::sqrt(2.0 * std::numbers::pi) * weight;
    const auto last = static_cast<long>(std::floor(std::sqrt(std::max(rest, 0.0)) / h - 0.5));
    for (long k = half ? 0 : -last - 1; k <= last; ++k) {
      const double x = (static_cast<double>(k) + 0.5) * h;
      descend(x, rest - x * x, density * std::exp(-0.5 * x * x));
    }
  };
  fill(0, range_ * range_, 1.0);
  buffer.flush();
}

}  // namespace nnft
